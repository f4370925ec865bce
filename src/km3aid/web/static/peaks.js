// The peaks of the spectrum as a table that can be edited.

import { byId, h, say, show } from "./dom.js";
import { change, nextId, onChange, state } from "./state.js";
import { CHOICES, typeName } from "./words.js";

let draft = null; // id of a peak that has no shift yet
let understood = []; // of each peak, what the service makes of it: {aside, multiplicity}

export function setUpPeaks() {
  byId("peak-add").addEventListener("click", () => {
    draft = nextId();
    draw();
    byId("peaks").querySelector(`[data-key="ppm-${draft}"]`).focus();
  });
  byId("peaks").addEventListener("keydown", move);
  byId("peaks").addEventListener("focusin", draw);
  onChange((changed) => changed.has("peaks") && draw());
  draw();
}

/** Show what DEPT and the solvent say of each peak. */
export function showUnderstood(peaks) {
  understood = peaks;
  draw();
}

function draw() {
  if (state.peaks.some((peak) => peak.id === draft)) draft = null;
  const peaks = draft === null ? state.peaks : [...state.peaks, { id: draft, ppm: null, multiplicity: null, count: null }];
  const current = document.activeElement?.closest?.("#peaks tr")?.dataset.peak ?? String(peaks[0]?.id);
  show(byId("peaks").tBodies[0], peaks.map((peak, index) => row(peak, index, String(peak.id) === current)));
}

/** One row at a time is reached by Tab; the arrow keys move between rows. */
function row({ id, ppm, multiplicity, count }, index, current) {
  const name = `peak ${index + 1}`;
  const { aside = null, multiplicity: derived = null } = understood[index] ?? {};
  const stop = { tabindex: current ? null : "-1" };
  const types = [...new Set(["", ...CHOICES, multiplicity ?? ""])];
  const shown = (type) => (type ? typeName(type) : derived && !multiplicity ? `(${typeName(derived)})` : "–");
  return h("tr", { "data-key": `peak-${id}`, "data-peak": id, class: aside ? "aside" : null, title: aside ? `set aside: ${aside}` : null },
    h("td", {}, String(index + 1)),
    h("td", {}, h("input", { ...stop, "data-key": `ppm-${id}`, value: ppm === null ? "" : Number.isInteger(ppm) ? ppm.toFixed(1) : Math.round(100 * ppm) / 100, title: ppm, inputmode: "decimal", autocomplete: "off", "aria-label": `Shift of ${name} in ppm`, onchange: (e) => editShift(id, index, e.target) })),
    h("td", {}, choice({ ...stop, "data-key": `type-${id}`, "aria-label": `Type of ${name}`, onchange: (e) => edit(id, { multiplicity: e.target.value || null }) }, types, shown, multiplicity ?? "")),
    h("td", {}, h("input", { ...stop, "data-key": `count-${id}`, value: count ?? "", inputmode: "numeric", autocomplete: "off", "aria-label": `Carbons of ${name}`, onchange: (e) => editCount(id, index, e.target) })),
    h("td", {}, h("button", { tabindex: "-1", "data-key": `remove-${id}`, "aria-label": `Remove ${name}`, title: "Remove (Ctrl+Delete)", onclick: () => remove(id) }, "×")));
}

function choice(attributes, values, shown, chosen) {
  const made = h("select", attributes, values.map((value) => h("option", { value }, shown(value))));
  made.value = chosen;
  return made;
}

function editShift(id, index, field) {
  const ppm = Number(field.value.trim().replace(",", "."));
  const bad = !field.value.trim() || !(ppm >= -50 && ppm <= 350);
  if (refuse(field, bad && `Peak ${index + 1}: enter a shift between −50 and 350 ppm`)) return;
  edit(id, { ppm });
}

function editCount(id, index, field) {
  const count = field.value.trim() === "" ? null : Number(field.value);
  const bad = count !== null && !(Number.isInteger(count) && count > 0);
  if (!refuse(field, bad && `Peak ${index + 1}: enter a whole number of carbons`)) edit(id, { count });
}

function refuse(field, reason) {
  field.setAttribute("aria-invalid", Boolean(reason));
  say("spectrum-error", reason || null);
  return Boolean(reason);
}

function edit(id, values) {
  if (id !== draft) change({ peaks: state.peaks.map((peak) => (peak.id === id ? { ...peak, ...values } : peak)) });
  else if ("ppm" in values) change({ peaks: [...state.peaks, { id, multiplicity: null, count: null, intensity: null, read: null, ...values }] });
}

/** A peak that was seen in the picture. */
export function addPeak(ppm) {
  const peak = { id: nextId(), ppm: Math.round(ppm * 100) / 100, multiplicity: null, count: null, intensity: null, read: null };
  change({ peaks: [...state.peaks, peak], leftOut: state.leftOut.filter((item) => item.ppm !== ppm) });
}

export function removePeak(id) {
  const gone = state.peaks.find((peak) => peak.id === id);
  change({ peaks: state.peaks.filter((peak) => peak !== gone), removed: gone.read === null ? state.removed : [...state.removed, gone.read] });
}

function remove(id) {
  const index = state.peaks.findIndex((peak) => peak.id === id);
  if (index < 0) {
    draft = null;
    return draw();
  }
  removePeak(id);
  const next = state.peaks[Math.min(index, state.peaks.length - 1)];
  return (next ? byId("peaks").querySelector(`[data-key="ppm-${next.id}"]`) : byId("peak-add")).focus();
}

/** Up, Down and Enter go to the same field of the row above or below; Ctrl and Delete remove the row. */
function move(event) {
  if (event.key === "Delete" && event.ctrlKey) {
    event.preventDefault();
    remove(Number(event.target.closest("tr").dataset.peak));
    return;
  }
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
  if (!step || !event.target.matches("input")) return;
  const rows = [...byId("peaks").tBodies[0].rows];
  const there = rows[rows.indexOf(event.target.closest("tr")) + step];
  const field = event.target.dataset.key.split("-")[0];
  event.preventDefault();
  if (there) there.querySelector(`[data-key^="${field}-"]`).focus();
  else event.target.blur();
}
