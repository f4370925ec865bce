// Assign: structure and spectrum side by side; peaks and their carbons light up together, and peaks can be moved.

import { assignmentRows } from "./assignment.js";
import { byId, h, say, show } from "./dom.js";
import { grabbing } from "./drag.js";
import { drawFigures, setUpFigures } from "./figures.js";
import { pinned, unpinned } from "./pins.js";
import { Question } from "./question.js";
import { roving } from "./roving.js";
import { markStale } from "./stale.js";
import { change, isUnread, onChange, spectrumRequest, state } from "./state.js";
import { drawTable } from "./table.js";
import { verdictLine } from "./verdict.js";
import { plural, shiftWriter } from "./words.js";

const INPUTS = ["peaks", "structure", "pinned", "perCarbon", "solvent", "chosenSolvent", "dept135", "dept90", "apt", "hsqc"];
const assigning = new Question("api/assign", draw, { detail: true });
const predicting = new Question("api/predict", draw, { detail: true });
let open = null; // id of the peak whose alternatives are shown
let picked = null; // id of the peak for which a carbon is being chosen
let refreshRows = () => {};

export function setUpAssign() {
  byId("assign-run").addEventListener("click", run);
  onChange((changed) => (INPUTS.some((key) => changed.has(key)) ? run() : draw()));
  document.addEventListener("keydown", (event) => event.key === "Escape" && escape());
  grabbing(byId("task-assign"), { label: (id) => `${shiftWriter(state.peaks)(peakOf(id).ppm)} ppm`, onDrop: pin });
  setUpFigures(draw);
  refreshRows = roving(byId("assignment"), ".open");
  draw();
}

const peakOf = (id) => state.peaks.find((peak) => peak.id === id) ?? { ppm: 0 };

function request() {
  const place = new Map(state.peaks.map((peak, index) => [String(peak.id), index]));
  return { ...spectrumRequest(), smiles: state.structure, pinned: Object.fromEntries(Object.entries(state.pinned).map(([id, atoms]) => [place.get(id), atoms])) };
}

const predictRequest = () => ({ smiles: state.structure });

/** The answer that is shown, as {task, request}, or null. */
export function shownAnswer() {
  const question = asked();
  return question.answer && { task: question === assigning ? "assign" : "predict", request: question.answer.request };
}

/** Without a spectrum the structure's shifts are predicted. */
const asked = () => (state.peaks.length ? assigning : predicting);

function run() {
  picked = null;
  if (!state.structure.trim()) {
    assigning.drop();
    predicting.drop();
  } else if (state.peaks.length) {
    assigning.ask(request(), { peaks: state.peaks, pins: state.pinned });
  } else {
    assigning.drop();
    predicting.ask(predictRequest(), { peaks: [], pins: {} });
  }
}

function draw() {
  const question = asked();
  const { answer } = question;
  const stale = question.isStale(question === assigning ? request() : predictRequest()) || (answer !== null && isUnread());
  const rows = assignmentRows(answer);
  say("structure-error", question.problem?.message);
  byId("assign-status").textContent = picked === null ? status(question) : `Peak ${rows.find((r) => r.id === picked)?.number}: choose a carbon in the structure (arrow keys, Enter); Esc cancels`;
  byId("structure-note").textContent = answer ? `${answer.value.formula} · ${answer.value.mass_da.toFixed(4)} Da` : "";
  markStale("assign-stale", ["assign-result"], stale && (question.late || !question.waiting) ? staleReason(question) : null);
  const warnings = (answer?.value.warnings ?? []).filter((w) => !answer.value.spectrum?.remarks.includes(w)); // the others stand beside the spectrum
  show(byId("assign-warnings"), warnings.map((w) => h("li", {}, w)));
  show(byId("verdict"), verdictLine(answer?.value));
  drawFigures(answer?.value ?? null, rows, { picking: picked !== null, onPeak: toggle, onAtom: chooseAtom });
  drawTable(answer?.value ?? null, rows, { open, picked, toggle, pick, pin, unpin });
  refreshRows();
}

function staleReason({ problem }) {
  if (isUnread()) return "The text in the spectrum box is not read: this is the answer to the peaks that stand in the table.";
  return problem ? "This is the answer to what was entered before." : "This answer is to an earlier entry.";
}

function status(question) {
  const { answer } = question;
  if (!answer) return question.waiting ? "Calculating …" : "";
  if (question === predicting) return "Predicted shifts; add a spectrum to assign it";
  const { assignments, unassigned_peaks: left, spectrum } = answer.value;
  const aside = spectrum.peaks.length - assignments.length - left.length;
  const pins = Object.keys(answer.request.pinned).length;
  return [`${assignments.length} of ${plural(answer.request.peaks.length, "peak")} assigned`, aside && `${aside} set aside`, pins && `${pins} pinned by hand`].filter(Boolean).join(", ");
}

function toggle(id) {
  open = open === id ? null : id;
  picked = null;
  draw();
}

/** Begin or end choosing a carbon for a peak; the focus moves to the structure and back. */
function pick(id) {
  const before = picked;
  picked = id;
  draw();
  if (id !== null) byId("structure-figure").querySelector(".atom[tabindex='0']")?.focus();
  else byId("assignment").querySelector(`[data-key="move-${before}"]`)?.focus();
}

/** Close what is open, one thing at a time; the focus goes back to the peak. */
function escape() {
  if (picked !== null) return pick(null);
  if (open === null || !byId("task-assign").contains(document.activeElement)) return undefined;
  const id = open;
  toggle(id);
  return byId("assignment").querySelector(`[data-key="peak-${id}"]`)?.focus();
}

function chooseAtom(atom) {
  if (picked !== null) return pin(picked, [atom]);
  const owner = assignmentRows(asked().answer).find((r) => r.found?.atoms.includes(atom));
  return owner && toggle(owner.id);
}

function pin(id, atoms) {
  open = id;
  change({ pinned: pinned(state.pinned, id, atoms, assigning.answer.value.carbons, state.perCarbon) });
}

const unpin = (id) => change({ pinned: unpinned(state.pinned, id) });
