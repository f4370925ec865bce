// One compound and what is known of it: the values that make a workspace, how they are checked, and how they travel.

/** Peaks have an `id` for life; `read` is what the reader made of them (null: added by hand). Pins are peak id → atoms. */
export const EMPTY = Object.freeze({
  task: "assign",
  text: "", // in the box
  readText: "", // from which the peaks were read; another text in the box is not read yet, or cannot be
  source: null, // name of the file that the peaks come from
  peaks: [], // {id, ppm, multiplicity, count, intensity, read}
  removed: [], // `read` of peaks that were removed by hand
  solvent: null, // as the spectrum states it
  chosenSolvent: "", // a name, or "none"; empty: that of the spectrum
  dept135: "",
  dept90: "",
  apt: "",
  hsqc: "", // cross peaks, as pairs or rows
  leftOut: [], // {text, reason, ppm}; ppm of lines that were set aside in a measured spectrum
  trace: null, // the measured curve: {left_ppm, right_ppm, low, high, noise}
  notes: [], // what the reader decided
  perCarbon: false,
  structure: "",
  pinned: {},
  candidates: "",
  library: null,
  filters: {},
  known: {}, // for an elucidation
  verification: {}, // error rates in per cent, and a library of isomers
});

const TASKS = ["assign", "verify", "rank", "search", "elucidate", "batch"];
const MULTIPLICITY = /^[SDTQ](\/[SDTQ]){0,2}$/; // one, or a choice of them
const isText = (value) => typeof value === "string";
const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value) => Number.isInteger(value) && value >= 0;
const listOf = (isItem) => (value) => Array.isArray(value) && value.every(isItem);
const orNull = (isValue) => (value) => value === null || isValue(value);
const isPeak = (p) => isPlain(p) && p.ppm >= -50 && p.ppm <= 350 && (p.multiplicity === null || p.multiplicity === undefined || MULTIPLICITY.test(p.multiplicity));

const isCurve = (t) => isPlain(t) && [t.left_ppm, t.right_ppm, t.noise].every(Number.isFinite) && t.left_ppm > t.right_ppm
  && [t.low, t.high].every(listOf(Number.isFinite)) && t.low.length === t.high.length && t.high.length > 0;

const CHECKS = {
  task: (value) => TASKS.includes(value),
  peaks: listOf(isPeak),
  removed: listOf(isText),
  leftOut: listOf((item) => isPlain(item) && isText(item.text) && isText(item.reason)),
  notes: listOf(isText),
  perCarbon: (value) => typeof value === "boolean",
  pinned: (value) => isPlain(value) && Object.values(value).every(listOf(isWhole)),
  filters: (value) => isPlain(value) && Object.values(value).every(isText),
  known: (value) => isPlain(value) && Object.values(value).every(isText),
  verification: (value) => isPlain(value) && Object.values(value).every(isText),
  trace: orNull(isCurve),
  source: orNull(isText),
  solvent: orNull(isText),
  library: orNull(isText),
};

/** A workspace from values that came from elsewhere; throws where they are none. */
export function revive(values) {
  if (!isPlain(values)) throw new Error("not a workspace");
  const made = { ...EMPTY };
  for (const key of Object.keys(EMPTY)) {
    if (!(key in values)) continue;
    if (!(CHECKS[key] ?? isText)(values[key])) throw new Error(`${key} is not valid`);
    made[key] = values[key];
  }
  made.peaks = made.peaks.map((peak, index) => ({
    id: isWhole(peak.id) ? peak.id : index, ppm: peak.ppm, multiplicity: peak.multiplicity ?? null,
    count: peak.count ?? null, intensity: peak.intensity ?? null, read: isText(peak.read) ? peak.read : null,
  }));
  const ids = new Set(made.peaks.map((peak) => String(peak.id)));
  made.pinned = Object.fromEntries(Object.entries(made.pinned).filter(([id]) => ids.has(id)));
  return made;
}

/** What was entered, without what follows from nothing being there: short links, and a test for emptiness. */
export const essence = (state) => Object.fromEntries(Object.entries(state).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(EMPTY[key])));
export const isEmpty = (state) => Object.keys(essence(state)).every((key) => key === "task" || key === "library");

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** A workspace as text for the fragment of an address, which browsers do not send; a curve is too long for it. */
export async function toLink(state) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(essence({ ...state, trace: null }))));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return "s=" + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export const isLink = (fragment) => fragment.startsWith("s=");

/** The workspace of a link; throws where the link is damaged. */
export async function fromLink(fragment) {
  const binary = atob(fragment.slice(2).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = await through(new DecompressionStream("deflate-raw"), Uint8Array.from(binary, (c) => c.charCodeAt(0)));
  return revive(JSON.parse(new TextDecoder().decode(bytes)));
}

const FORMAT = "km3aid workspace";
export const FILE_ENDING = ".km3aid.json";

/** A workspace as a file; `fromFile` reads it and throws where the file is none. */
export const toFile = (state) => new Blob([JSON.stringify({ format: FORMAT, version: 1, ...essence(state) }, null, 1)], { type: "application/json" });

export function fromFile(text) {
  const values = JSON.parse(text);
  if (values?.format !== FORMAT) throw new Error("not a workspace of km3aid");
  return revive(values);
}

/** A name for people: of the file or spectrum, else what there is. */
export function titleOf(state) {
  const structure = state.structure.includes("\n") ? state.structure.split("\n")[0].trim() || "a drawn structure" : state.structure;
  const parts = [state.source, structure, state.peaks.length ? `${state.peaks.length} peaks` : ""].filter(Boolean);
  return parts.join(", ") || "nothing yet";
}
