// Assign: structure and spectrum side by side; peaks and their carbons light up together, and peaks can be moved.

import { postJson } from "./api.js";
import { byId, carbonName, h, hue, percent, say } from "./dom.js";
import { grabbing } from "./drag.js";
import { drawMolecule } from "./molecule.js";
import { change, onChange, shiftText, spectrumRequest, state } from "./state.js";
import { drawSticks } from "./sticks.js";

const INPUTS = ["peaks", "structure", "pinned", "perCarbon", "solvent", "chosenSolvent", "dept135", "dept90", "apt"];
let answer = null; // from the service
let asking = null;
let open = null; // the peak whose alternatives are shown
let picked = null; // the peak for which a carbon is being chosen

export function setUpAssign() {
  byId("assign-run").addEventListener("click", run);
  onChange((changed) => {
    if (INPUTS.some((key) => changed.has(key))) run();
  });
  new ResizeObserver(draw).observe(byId("structure-figure"));
  document.addEventListener("keydown", (event) => event.key === "Escape" && picked !== null && pick(null));
  grabbing(byId("task-assign"), { label: (peak) => `${shiftText(state.peaks[peak].ppm)} ppm`, onDrop: pin });
  draw();
}

export const assignRequest = () => ({ ...spectrumRequest(), smiles: state.structure, pinned: state.pinned });
export const canAssign = () => state.peaks.length > 0 && state.structure.trim() !== "";

async function run() {
  asking?.abort();
  picked = null;
  say("structure-error", null);
  if (!state.structure.trim()) return finish(null, "");
  asking = new AbortController();
  try {
    if (!state.peaks.length) {
      const predicted = await postJson("/api/predict", { smiles: state.structure, detail: true }, asking.signal);
      return finish({ ...predicted, assignments: [], unassigned_peaks: [], unobserved_atoms: [], warnings: [] }, "Predicted shifts; add a spectrum to assign it");
    }
    const found = await postJson("/api/assign", { ...assignRequest(), detail: true }, asking.signal);
    const pins = Object.keys(state.pinned).length;
    const aside = found.spectrum.peaks.length - found.assignments.length - found.unassigned_peaks.length;
    const more = `${aside ? `, ${aside} set aside` : ""}${pins ? `, ${pins} pinned by hand` : ""}`;
    finish(found, `${found.assignments.length} of ${state.peaks.length} peaks assigned${more}`);
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    say("structure-error", error.message);
    finish(null, "");
  }
  return undefined;
}

function finish(found, status) {
  answer = found;
  if (open !== null && !(open < state.peaks.length)) open = null;
  byId("assign-status").textContent = status;
  byId("structure-note").textContent = found ? `${found.formula} · ${found.mass_da.toFixed(4)} Da` : "";
  const warnings = (found?.warnings ?? []).filter((w) => !found.spectrum?.remarks.includes(w)); // the others stand beside the spectrum
  byId("assign-warnings").replaceChildren(...warnings.map((w) => h("li", {}, w)));
  draw();
}

/** What is known about each peak, in the order of the input. */
function rows() {
  const assigned = new Map((answer?.assignments ?? []).map((a) => [a.peak, a]));
  return state.peaks.map((peak, index) => {
    const found = assigned.get(index) ?? null;
    return { index, ppm: peak.ppm, found, aside: (!found && answer?.spectrum?.peaks[index]?.aside) || null };
  });
}

const carbonNames = (atoms) => (atoms.length ? atoms.map(carbonName).join(", ") : "no carbon");

function peakLabel({ index, ppm, found, aside }) {
  const head = `Peak ${index + 1}, ${shiftText(ppm)} ppm`;
  return found ? `${head}, ${carbonNames(found.atoms)}, ${found.pinned ? "pinned by hand" : `confidence ${percent(found.confidence)}`}` : `${head}, ${aside ? `set aside: ${aside}` : "no carbon"}`;
}

function draw() {
  const focused = focusKey();
  drawFigures();
  drawTable();
  if (focused) byId("task-assign").querySelector(focused)?.focus({ preventScroll: true });
}

function focusKey() {
  const on = document.activeElement?.closest?.("#task-assign [data-key], #task-assign .stick, #task-assign .atom");
  if (!on) return null;
  if (on.dataset.key) return `[data-key="${on.dataset.key}"]`;
  return on.classList.contains("stick") ? `.stick[data-peak="${on.dataset.peak}"]` : `.atom[data-atom="${on.dataset.atom}"]`;
}

function drawFigures() {
  const [left, right] = [byId("structure-figure"), byId("sticks-figure")];
  const size = (box) => ({ width: Math.max(box.clientWidth - 12, 200), height: Math.max(box.clientHeight - 12, 150) });
  if (!answer) {
    left.replaceChildren(h("p", { class: "empty" }, "The structure, with the peak of every carbon"));
  } else {
    left.replaceChildren(drawMolecule(answer.drawing, { ...size(left), marks: marks(), label: `Structure ${answer.smiles}`, onAtom: chooseAtom }));
    left.classList.toggle("picking", picked !== null);
  }
  if (!answer && !state.peaks.length) {
    right.replaceChildren(h("p", { class: "empty" }, "Observed peaks above, predicted shifts below"));
    return;
  }
  const observed = rows().map((r) => ({ peak: r.index, ppm: r.ppm, confidence: r.found?.confidence, label: peakLabel(r), aside: r.aside }));
  const owner = new Map(rows().flatMap((r) => (r.found?.atoms ?? []).map((a) => [a, r.index])));
  const predicted = (answer?.carbons ?? []).map((c) => ({ ppm: c.shift_ppm, peak: owner.get(c.atoms[0]) }));
  right.replaceChildren(drawSticks({ ...size(right), observed, predicted, label: "Spectrum: observed above, predicted below", onPeak: toggle }));
}

/** The number and the confidence of the peak of every carbon. */
function marks() {
  const made = new Map();
  for (const carbon of answer.carbons) {
    for (const atom of carbon.atoms) {
      made.set(atom, { label: `${carbonName(atom)}, predicted ${carbon.shift_ppm.toFixed(1)} ppm, no peak` });
    }
  }
  for (const r of rows()) {
    for (const atom of r.found?.atoms ?? []) {
      made.set(atom, { peak: r.index, text: String(r.index + 1), confidence: r.found.confidence, label: `${carbonName(atom)}, ${peakLabel(r)}` });
    }
  }
  return made;
}

function drawTable() {
  const body = byId("assignment").tBodies[0];
  const lines = rows().flatMap((r) => (r.index === open && answer ? [line(r), choices(r)] : [line(r)]));
  if (!lines.length) lines.push(h("tr", {}, h("td", { colspan: 7, class: "note" }, "Paste a spectrum and give a structure: the assignment appears here.")));
  body.replaceChildren(...lines);
  const unseen = answer?.unobserved_atoms ?? [];
  byId("assign-note").textContent = answer && `atoms count from 1${unseen.length && state.peaks.length ? `; no peak: ${carbonNames(unseen)}` : ""}`;
}

function line(r) {
  const { index, ppm, found, aside } = r;
  const away = found ? ppm - found.predicted_ppm : null;
  const sure = found ? { class: "sure", "--hue": hue(found.confidence) } : { class: aside ? "none aside" : "none" };
  return h("tr", { "data-peak": index, ...sure },
    h("td", {}, h("button", { class: "open grab", "data-key": `peak-${index}`, "data-grab": index, "aria-expanded": String(open === index), "aria-label": `${peakLabel(r)}: alternatives`, title: "Click for alternatives; drag onto a carbon to overrule", onclick: () => toggle(index) }, String(index + 1)),
      found?.pinned || index in state.pinned ? h("span", { class: "pin", title: "Placed by hand" }, "pinned") : null),
    h("td", {}, shiftText(ppm)),
    h("td", {}, found ? carbonNames(found.atoms) : aside ? "set aside" : "–"),
    h("td", {}, found ? found.predicted_ppm.toFixed(1) : ""),
    h("td", { class: away !== null && Math.abs(away) > 5 ? "off" : null }, away === null ? "" : `${away >= 0 ? "+" : "−"}${Math.abs(away).toFixed(1)}`),
    h("td", {}, found && !found.pinned ? h("span", { class: "meter", "--share": found.confidence }, h("i", {}, h("b")), percent(found.confidence)) : found ? "by hand" : ""),
    h("td", { class: "note" }, aside ?? (found?.alternatives ?? []).map((o) => `${carbonNames(o.atoms)} ${percent(o.confidence)}`).join("; ")));
}

/** Where else a peak can go. */
function choices({ index, found }) {
  const put = (atoms, text, key) => h("button", { "data-key": `to-${index}-${key}`, onclick: () => pin(index, atoms) }, text);
  return h("tr", { class: "choices" }, h("td", { colspan: 7 }, h("div", { class: "row" },
    (found?.alternatives ?? []).map((o) => put(o.atoms, `${carbonNames(o.atoms)} (${percent(o.confidence)})`, o.atoms[0])),
    h("button", { "data-key": `move-${index}`, "aria-pressed": String(picked === index), onclick: () => pick(picked === index ? null : index) }, picked === index ? "Choose a carbon … (Esc cancels)" : "To another carbon…"),
    put([], "To no carbon", "none"),
    found && !found.pinned ? put(found.atoms, "Keep it here", "keep") : null,
    index in state.pinned ? h("button", { "data-key": `free-${index}`, onclick: () => unpin(index) }, "Remove the pin") : null)));
}

function toggle(peak) {
  open = open === peak ? null : peak;
  picked = null;
  draw();
}

/** Begin or end choosing a carbon for a peak; the focus moves to the structure and back. */
function pick(peak) {
  const before = picked;
  picked = peak;
  draw();
  if (peak !== null) {
    byId("assign-status").textContent = `Peak ${peak + 1}: choose a carbon in the structure (Tab, Enter); Esc cancels`;
    byId("structure-figure").querySelector(".atom")?.focus();
  } else {
    byId("assign-status").textContent = "";
    byId("task-assign").querySelector(`[data-key="move-${before}"]`)?.focus();
  }
}

function chooseAtom(atom) {
  if (picked !== null) return pin(picked, [atom]);
  const owner = rows().find((r) => r.found?.atoms.includes(atom));
  return owner && toggle(owner.index);
}

/** Hold a peak on carbons and on those equivalent to them; another peak that is pinned there keeps the rest of them. */
function pin(peak, atoms) {
  const pinned = structuredClone(state.pinned);
  delete pinned[peak];
  let wanted = atoms;
  if (atoms.length === 1 && !state.perCarbon) {
    const equivalent = answer.carbons.find((c) => c.atoms.includes(atoms[0]))?.atoms ?? atoms;
    const shared = Object.values(pinned).some((held) => held.some((a) => equivalent.includes(a)));
    wanted = shared && equivalent.length > 1 ? atoms : equivalent;
  }
  if (state.perCarbon) wanted = wanted.slice(0, 1);
  for (const [other, held] of Object.entries(pinned)) {
    const left = held.filter((a) => !wanted.includes(a));
    if (held.length && !left.length) delete pinned[other];
    else pinned[other] = left;
  }
  open = peak;
  change({ pinned: { ...pinned, [peak]: wanted } });
}

function unpin(peak) {
  const pinned = structuredClone(state.pinned);
  delete pinned[peak];
  change({ pinned });
}
