// The spectrum: paste, drop or type it; its peaks are shown at once and can be edited.

import { fileContent, postJson } from "./api.js";
import { byId, h, say, show, toast } from "./dom.js";
import { fileSource, folderSource } from "./drop.js";
import { freshPeaks, mergePeaks } from "./merge.js";
import { setUpPeaks } from "./peaks.js";
import { isWorkspaceFile, openFile } from "./recent.js";
import { markStale } from "./stale.js";
import { change, isUnread, nextId, onChange, state, undo } from "./state.js";
import { onPage, plural } from "./words.js";

const TYPING_MS = 250;
const PLAIN = "plain 13C";
let reading = null;
let waiting = 0;
let problem = null; // why the text in the box was not read

export function setUpSpectrum() {
  const text = byId("spectrum-text");
  text.addEventListener("input", (event) => {
    const fresh = event.inputType === "insertFromPaste" && state.peaks.length === 0;
    change({ text: text.value }, { step: "text" });
    clearTimeout(waiting);
    waiting = setTimeout(() => readText(fresh), TYPING_MS);
  });
  text.addEventListener("paste", (event) => pasteAll(event, text));
  fileSource(byId("spectrum"), "spectrum-open", "spectrum-file", readFiles);
  folderSource("spectrum-folder", "spectrum-folder-file", readFiles);
  byId("spectrum-clear").addEventListener("click", clear);
  byId("per-carbon").addEventListener("change", (event) => change({ perCarbon: event.target.checked, pinned: {} }));
  byId("input-format").addEventListener("change", () => readText(true));
  onChange((changed) => {
    if (changed.has("text")) followText();
    draw();
  });
  setUpPeaks();
  draw();
}

/** The text of the state may come from undo, a link or a file; one that is not read yet is read now. */
function followText() {
  const text = byId("spectrum-text");
  if (text.value === state.text) return;
  text.value = state.text;
  problem = null;
  if (isUnread()) readText(false);
}

/** What is pasted over all of the text is another spectrum. */
function pasteAll(event, text) {
  const pasted = event.clipboardData?.getData("text") ?? "";
  const all = text.selectionEnd - text.selectionStart === text.value.length;
  if (!pasted || !all) return;
  event.preventDefault();
  give(pasted);
}

/** Put another spectrum into the box and read it. */
export function give(text) {
  byId("spectrum-text").value = text;
  change({ text });
  return readText(true);
}

function readText(fresh) {
  clearTimeout(waiting);
  const { text } = state;
  if (!text.trim()) return stop();
  return read({ text }, ({ spectra, errors }) => {
    offer(spectra);
    take(spectra[0], { readText: text, source: null }, fresh);
    return errors;
  });
}

function stop() {
  reading?.abort();
  problem = null;
  change({ readText: state.text }, { step: "text" });
}

async function readFiles(files) {
  const saved = files.find(isWorkspaceFile);
  if (saved) return openFile(saved);
  const spectra = [];
  const errors = [];
  for (const file of files) {
    await read(await fileContent(file), (found) => {
      spectra.push(...found.spectra.map((s) => ({ ...s, file: file.name })));
      return found.errors;
    }, (error) => errors.push(`${file.name}: ${error}`));
  }
  if (!spectra.length) return undefined;
  offer(spectra);
  take(spectra[0], { text: "", readText: "", source: spectra[0].file }, true);
  problem = errors.slice(0, 3).join(" · ") || null;
  return draw();
}

async function read(content, use, failed = null) {
  reading?.abort();
  const mine = (reading = new AbortController());
  try {
    const found = await postJson("api/parse", { kind: "spectra", every: true, ...content, input_format: byId("input-format").value || null }, mine.signal);
    problem = null;
    const errors = use(found).map(onPage);
    if (errors.length) problem = errors.slice(0, 3).join(" · ");
  } catch (error) {
    if (error.name === "AbortError") return;
    if (failed) failed(error.message);
    problem = error.message;
  }
  draw();
}

/** Several spectra: choose one. */
function offer(spectra) {
  const select = byId("spectrum-which");
  byId("spectrum-choice").hidden = spectra.length < 2;
  const several = spectra.some((s) => s.experiment !== PLAIN);
  show(select, spectra.map((s, i) => h("option", { value: i },
    `${[s.file, s.id ?? i + 1].filter(Boolean).join(", ")} – ${several ? `${s.experiment}, ` : ""}${plural(s.peaks.length, "peak")}`)));
  byId("spectrum-choice").querySelector("label").textContent = several ? "Experiment" : "Spectrum";
  select.value = "0";
  select.onchange = () => take(spectra[Number(select.value)], { source: spectra[Number(select.value)].file ?? null }, true);
}

/** Take a spectrum that was read; what a file says of the structure and its assignment comes with it. */
function take(spectrum, values, fresh) {
  const edited = state.peaks.some((peak) => peak.read === null) || state.removed.length || Object.keys(state.pinned).length;
  const peaks = fresh ? freshPeaks(spectrum.peaks, 0) : mergePeaks(spectrum.peaks, state, nextId());
  const aside = spectrum.aside.map(({ ppm, reason }) => ({ text: `${ppm.toFixed(1)} ppm`, reason, ppm }));
  const next = { ...values, ...peaks, solvent: spectrum.solvent, leftOut: [...spectrum.left_out, ...aside], notes: spectrum.notes, trace: spectrum.trace };
  if (fresh) next.pinned = {};
  if (spectrum.structure) {
    next.structure = spectrum.structure;
    next.pinned = Object.fromEntries(spectrum.assigned.flatMap((atoms, n) => (atoms.length ? [[n, atoms]] : [])));
  }
  change(next, { step: fresh && !values.readText ? null : "text" });
  if (spectrum.structure) toast("Structure and assignment are those of the file, held as pins");
  else if (fresh && edited) toast("Another spectrum: what was changed by hand is gone", { text: "Undo", run: undo });
}

function clear() {
  problem = null;
  byId("spectrum-choice").hidden = true;
  change({ text: "", readText: "", source: null, peaks: [], removed: [], pinned: {}, leftOut: [], trace: null, notes: [], solvent: null, chosenSolvent: "", dept135: "", dept90: "", apt: "", hsqc: "" });
}

function draw() {
  const unread = isUnread() && problem !== null;
  say("spectrum-error", problem);
  if (problem?.includes("input format")) byId("more").open = true; // where it is chosen
  markStale("spectrum-stale", ["peaks-box"], unread && state.peaks.length ? "The text is not read; these are the peaks from before." : null);
  const parts = [state.peaks.length ? plural(state.peaks.length, "peak") : null, state.solvent, state.source];
  byId("spectrum-count").textContent = parts.filter(Boolean).join(", ");
  byId("per-carbon").checked = state.perCarbon;
  const box = byId("left-out");
  box.hidden = !state.leftOut.length;
  box.querySelector("summary").textContent = `${state.leftOut.length} left out`;
  show(box.querySelector("ul"), state.leftOut.map((item) => h("li", {}, h("code", {}, item.text), ` – ${item.reason}`)));
}
