// What the user has entered: one workspace, whose values are replaced at every change, and its history.

import { EMPTY } from "./workspace.js";

const STEP_MS = 2000; // changes of one kind within this time are undone together
const STEPS = 200;

/** Always this object, whose values change; what must stay as it is takes a copy. */
export const state = { ...EMPTY };
let past = [];
let future = [];
let latest = { step: null, at: 0 };
const listeners = new Set();

/** Listeners get the set of keys whose values changed. */
export const onChange = (listener) => listeners.add(listener);

function become(next) {
  const changed = new Set(Object.keys(next).filter((key) => next[key] !== state[key]));
  Object.assign(state, next);
  if (changed.size) listeners.forEach((listener) => listener(changed));
}

/** Change some values. Changes with the same `step`, shortly after one another, are undone together; without one, never. */
export function change(values, { undoable = true, step = null } = {}) {
  const next = { ...state, ...values };
  if (next.structure !== state.structure && !("pinned" in values)) next.pinned = {};
  const ids = new Set(next.peaks.map((peak) => String(peak.id)));
  if (Object.keys(next.pinned).some((id) => !ids.has(id))) next.pinned = Object.fromEntries(Object.entries(next.pinned).filter(([id]) => ids.has(id)));
  if (undoable) {
    const now = performance.now();
    if (step === null || step !== latest.step || now - latest.at > STEP_MS) past = [...past, { ...state }].slice(-STEPS);
    latest = { step, at: now };
    future = [];
  }
  become(next);
}

/** Begin with another workspace, whose history is its own. */
export function open(workspace) {
  past = [];
  future = [];
  become({ ...workspace });
}

function restore(from, to) {
  if (!from.length) return;
  to.push({ ...state });
  latest = { step: null, at: 0 };
  become({ ...from.pop(), task: state.task });
}

export const undo = () => restore(past, future);
export const redo = () => restore(future, past);
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

/** Whether the box holds a text that the peaks do not come from. */
export const isUnread = () => state.text.trim() !== "" && state.text !== state.readText;
export const nextId = () => Math.max(-1, ...state.peaks.map((peak) => peak.id)) + 1;

/** The spectrum, as part of a request. */
export const spectrumRequest = () => ({
  peaks: state.peaks.map(({ ppm, multiplicity, count }) => ({ ppm, multiplicity, count })),
  solvent: state.chosenSolvent || state.solvent,
  dept135: state.dept135 || null,
  dept90: state.dept90 || null,
  apt: state.apt || null,
  hsqc: state.hsqc || null,
  one_per_carbon: state.perCarbon,
});

/** The spectrum of a request, for a request of another kind. */
export const spectrumOf = ({ peaks, solvent, dept135, dept90, apt, hsqc, one_per_carbon }) => ({ peaks, solvent, dept135, dept90, apt, hsqc, one_per_carbon });
