// The spectrum: paste, drop or type it; the peaks are shown at once and can be edited.

import { fileContent, postJson } from "./api.js";
import { byId, h, say } from "./dom.js";
import { fileSource } from "./drop.js";
import { change, onChange, state } from "./state.js";

const EXAMPLE = "13C NMR (101 MHz, CDCl3) δ 170.2, 169.8, 151.3, 134.9, 132.5, 126.2, 124.0, 122.2, 77.2 (CDCl3), 21.0";
const TYPES = ["", "S", "D", "T", "Q", "S/T", "D/Q"];
const SHOWN = { "": "–", S: "C", D: "CH", T: "CH₂", Q: "CH₃" };
/** A multiplicity as chemists write it: C/CH₂ for S/T. */
export const shownType = (multiplicity) => multiplicity.split("/").map((letter) => SHOWN[letter]).join("/");
let reading = null;
let waiting = 0;

export function setUpSpectrum() {
  const text = byId("spectrum-text");
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => readText(text.value), 250);
  });
  fileSource(byId("spectrum"), "spectrum-open", "spectrum-file", async (file) => {
    text.value = "";
    read(await fileContent(file));
  });
  byId("spectrum-example").addEventListener("click", () => {
    text.value = EXAMPLE;
    readText(EXAMPLE);
    if (!state.structure) change({ structure: "CC(=O)Oc1ccccc1C(=O)O" });
  });
  byId("spectrum-clear").addEventListener("click", () => {
    text.value = "";
    say("spectrum-error", null);
    byId("spectrum-choice").hidden = true;
    change({ peaks: [], leftOut: [], notes: [], solvent: null, chosenSolvent: "", dept135: "", dept90: "", apt: "" });
  });
  byId("peak-add").addEventListener("click", () => {
    byId("peaks").tBodies[0].append(row({ ppm: null, multiplicity: null, count: null }, state.peaks.length));
    byId("peaks").querySelector("tbody tr:last-child input").focus();
  });
  byId("per-carbon").addEventListener("change", (event) => change({ perCarbon: event.target.checked, pinned: {} }));
  onChange((changed) => {
    if (changed.has("peaks")) showPeaks();
    if (changed.has("leftOut")) showLeftOut();
    if (changed.has("perCarbon")) byId("per-carbon").checked = state.perCarbon;
  });
  showPeaks();
}

function readText(text) {
  if (text.trim()) read({ text });
  else say("spectrum-error", null);
}

async function read(content) {
  reading?.abort();
  reading = new AbortController();
  try {
    const { spectra, errors } = await postJson("/api/parse", { kind: "spectra", ...content }, reading.signal);
    offer(spectra);
    take(spectra[0]);
    say("spectrum-error", errors.length ? errors.slice(0, 3).join(" · ") : null);
  } catch (error) {
    if (error.name !== "AbortError") say("spectrum-error", error.message);
  }
}

/** A file with several spectra: choose one. */
function offer(spectra) {
  const select = byId("spectrum-which");
  byId("spectrum-choice").hidden = spectra.length < 2;
  select.replaceChildren(...spectra.map((s, i) => h("option", { value: i }, `${s.id ?? i + 1} – ${s.peaks.length} peaks`)));
  select.onchange = () => take(spectra[Number(select.value)]);
}

function take(spectrum) {
  change({ peaks: spectrum.peaks, solvent: spectrum.solvent, leftOut: spectrum.left_out, notes: spectrum.notes, pinned: {} });
}

function showPeaks() {
  const body = byId("peaks").tBodies[0];
  const focused = body.contains(document.activeElement) ? [...body.querySelectorAll("input, select")].indexOf(document.activeElement) : -1;
  body.replaceChildren(...state.peaks.map(row));
  if (focused >= 0) body.querySelectorAll("input, select")[focused]?.focus();
  const count = state.peaks.length;
  byId("spectrum-count").textContent = count ? `${count} peak${count > 1 ? "s" : ""}${state.solvent ? `, ${state.solvent}` : ""}` : "";
}

function row(peak, index) {
  const name = `peak ${index + 1}`;
  return h("tr", { "data-peak": index },
    h("td", {}, String(index + 1)),
    h("td", {}, h("input", { value: peak.ppm === null ? "" : Number.isInteger(peak.ppm) ? peak.ppm.toFixed(1) : peak.ppm, inputmode: "decimal", "aria-label": `Shift of ${name} in ppm`, onchange: (e) => edit(index, "ppm", e.target) })),
    h("td", {}, h("select", { "aria-label": `Type of ${name}`, onchange: (e) => edit(index, "multiplicity", e.target) },
      [...new Set([...TYPES, peak.multiplicity ?? ""])].map((t) => h("option", { value: t, selected: (peak.multiplicity ?? "") === t }, shownType(t))))),
    h("td", {}, h("input", { value: peak.count ?? "", inputmode: "numeric", "aria-label": `Carbons of ${name}`, onchange: (e) => edit(index, "count", e.target) })),
    h("td", {}, h("button", { "aria-label": `Remove ${name}`, title: "Remove", onclick: () => remove(index) }, "×")));
}

function edit(index, key, field) {
  const text = field.value.trim().replace(",", ".");
  let value = text === "" ? null : key === "multiplicity" ? text : Number(text);
  const bad = key === "ppm" ? value === null || !(value >= -50 && value <= 350) : key === "count" && value !== null && !(Number.isInteger(value) && value > 0);
  field.setAttribute("aria-invalid", bad);
  say("spectrum-error", bad ? `Peak ${index + 1}: enter ${key === "ppm" ? "a shift between −50 and 350 ppm" : "a whole number of carbons"}` : null);
  if (bad) return;
  const peaks = state.peaks.map((p) => ({ ...p }));
  peaks[index] = { multiplicity: null, count: null, ...peaks[index], [key]: value };
  change({ peaks });
}

function remove(index) {
  const pinned = {};
  for (const [peak, atoms] of Object.entries(state.pinned)) {
    if (Number(peak) !== index) pinned[Number(peak) > index ? Number(peak) - 1 : Number(peak)] = atoms;
  }
  change({ peaks: state.peaks.filter((_, i) => i !== index), pinned });
}

function showLeftOut() {
  const box = byId("left-out");
  box.hidden = !state.leftOut.length;
  box.querySelector("summary").textContent = `${state.leftOut.length} left out`;
  box.querySelector("ul").replaceChildren(...state.leftOut.map((item) => h("li", {}, h("code", {}, item.text), ` – ${item.reason}`)));
}
