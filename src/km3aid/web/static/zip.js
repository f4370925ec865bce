// Files packed into one archive, so that a folder can be sent as a file.

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CRC[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers of [bytes, value]. */
function record(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

const UTF8 = 0x800;
const DEFLATED = 8;

/** An archive of {path, file} with that name. */
export async function packed(name, found) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { path, file } of found) {
    const plain = new Uint8Array(await file.arrayBuffer());
    const body = new Uint8Array(await new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
    const title = new TextEncoder().encode(path);
    const common = [[2, 20], [2, UTF8], [2, DEFLATED], [4, 0], [4, crc32(plain)], [4, body.length], [4, plain.length], [2, title.length], [2, 0]];
    const head = record([4, 0x04034b50], ...common);
    directory.push(record([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), title);
    parts.push(head, title, body);
    offset += head.length + title.length + body.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record([4, 0x06054b50], [2, 0], [2, 0], [2, found.length], [2, found.length], [4, size], [4, offset], [2, 0]);
  return new File([...parts, ...directory, end], name);
}
