// What the user has entered: one object, its history, and a link that contains it.

const EMPTY = {
  task: "assign",
  peaks: [], // {ppm, multiplicity, count}
  solvent: null, // as the spectrum states it
  chosenSolvent: "", // a name, or "none"; empty: that of the spectrum
  dept135: "",
  dept90: "",
  apt: "",
  leftOut: [], // {text, reason}
  notes: [], // what the reader decided
  perCarbon: false,
  structure: "",
  pinned: {}, // peak → atoms
  candidates: "",
  library: null,
  filters: {},
};

export let state = structuredClone(EMPTY);
let past = [];
let future = [];
const listeners = new Set();

export const onChange = (listener) => listeners.add(listener);
const tell = (changed) => listeners.forEach((listener) => listener(changed));

/** Change some keys; pins are dropped when the peaks or the structure that they refer to change. */
export function change(values, { undoable = true } = {}) {
  if (undoable) {
    past.push(structuredClone(state));
    past = past.slice(-100);
    future = [];
  }
  const next = { ...state, ...values };
  const moved = "structure" in values && values.structure !== state.structure;
  const otherPeaks = "peaks" in values && values.peaks.length !== state.peaks.length;
  if ((moved || otherPeaks) && !("pinned" in values)) next.pinned = {};
  state = next;
  tell(new Set(Object.keys(values)));
}

function restore(from, to) {
  if (!from.length) return;
  to.push(structuredClone(state));
  const task = state.task;
  state = { ...from.pop(), task };
  tell(new Set(Object.keys(state).filter((key) => key !== "task")));
}

export const undo = () => restore(past, future);
export const redo = () => restore(future, past);
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

/** A shift as text: with one decimal, or with two where any shift of the spectrum needs them. */
export const shiftText = (ppm) => ppm.toFixed(state.peaks.some((peak) => Math.abs(10 * peak.ppm - Math.round(10 * peak.ppm)) > 1e-6) ? 2 : 1);

/** The spectrum, as part of a request. */
export const spectrumRequest = () => ({
  peaks: state.peaks.map(({ ppm, multiplicity, count }) => ({ ppm, multiplicity, count })),
  solvent: state.chosenSolvent || state.solvent,
  dept135: state.dept135 || null,
  dept90: state.dept90 || null,
  apt: state.apt || null,
  one_per_carbon: state.perCarbon,
});

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

/** The state as text for the fragment of an address, which browsers do not send. */
export async function toLink() {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(JSON.stringify(state)));
  return "s=" + btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Restore the state from a link; false where there is none or it cannot be read. */
export async function fromLink(text) {
  if (!text.startsWith("s=")) return false;
  try {
    const binary = atob(text.slice(2).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = await through(new DecompressionStream("deflate-raw"), Uint8Array.from(binary, (c) => c.charCodeAt(0)));
    const read = JSON.parse(new TextDecoder().decode(bytes));
    const known = Object.fromEntries(Object.entries(read).filter(([key, v]) => key in EMPTY && (EMPTY[key] === null || typeof v === typeof EMPTY[key])));
    state = { ...structuredClone(EMPTY), ...known };
  } catch {
    return false;
  }
  tell(new Set(Object.keys(state)));
  return true;
}
