// Folders: what a spectrometer wrote becomes one archive for each sample, every other file stays as it is.

import { packed } from "./zip.js";

const MEASURED = new Set(["fid", "ser", "1r", "acqus", "procs", "procpar"]); // of Bruker and Varian
const SKIPPED = /^(\..*|2[ri][ri]|.*\.(png|pdf|bak))$/; // hidden, or of no use to the reader
const MOST_BYTES = 20e6;

/** Whether a drop holds folders; to be asked during the event, like `walk`. */
export const entriesOf = (transfer) => [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);

/** All files below some entries, as {path, file}. */
export async function walk(entries) {
  const found = [];
  for (const entry of entries) {
    if (entry.isFile) found.push({ path: entry.fullPath.replace(/^\//, ""), file: await new Promise((done, failed) => entry.file(done, failed)) });
    else found.push(...(await walk(await children(entry))));
  }
  return found;
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) { // browsers give some at a time
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return all;
    all.push(...some);
  }
}

/** The folder of the sample to which a file of a spectrometer belongs. */
function sampleOf(path) {
  const parts = path.split("/").slice(0, -1);
  const processed = parts.indexOf("pdata");
  const folder = processed > 0 ? parts.slice(0, processed) : parts;
  const numbered = folder.length > 1 && /^\d+$/.test(folder.at(-1));
  return (numbered ? folder.slice(0, -1) : folder).join("/");
}

/** {path, file} of a folder as files that the service reads, in the order of their names. */
export async function filesOf(found) {
  const useful = found.filter(({ path, file }) => !path.split("/").some((part) => SKIPPED.test(part)) && file.size <= MOST_BYTES);
  const measured = useful.filter(({ path }) => MEASURED.has(path.split("/").at(-1)) && path.includes("/"));
  const folders = [...new Set(measured.map(({ path }) => sampleOf(path)))];
  const samples = folders.filter((one) => !folders.some((other) => one.startsWith(`${other}/`)));
  const within = (path, sample) => path.startsWith(`${sample}/`);
  const made = await Promise.all(samples.map(async (sample) => {
    const above = sample.length - sample.split("/").at(-1).length;
    const members = useful.filter(({ path }) => within(path, sample)).map(({ path, file }) => ({ path: path.slice(above), file }));
    return { path: sample, file: await packed(`${sample.split("/").at(-1)}.zip`, members) };
  }));
  const others = useful.filter(({ path }) => !samples.some((sample) => within(path, sample)));
  return [...made, ...others].sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true })).map(({ file }) => file);
}
