// The two pictures of an assignment: the structure with its marks, and the spectrum above the prediction.

import { assignmentRows, carbonMarks, MARKS } from "./assignment.js";
import { byId, h, show } from "./dom.js";
import { drawMolecule } from "./molecule.js";
import { inDirection, roving } from "./roving.js";
import { addPeak, removePeak } from "./peaks.js";
import { axis, drawSticks, shareOf, wholeRange } from "./sticks.js";
import { state } from "./state.js";
import { fullHeight, topNear } from "./trace.js";
import { zooming } from "./zoom.js";

const WHOLE = { zoom: 1, x: 0, y: 0 };
const MOST_ZOOM = 8;
const LEAST_PPM = 2; // shown at the highest zoom
const CLICK = 4; // pixels that the pointer may move
const REACH = 8; // pixels in which a click finds the top of a line
const LABELS_KEPT = "km3aid-labels";

let view = WHOLE; // of the structure
let range = null; // of the spectrum, {high, low}; null: all of it
let whole = { high: 220, low: 0 };
let drawing = null; // the structure to which `view` belongs
let editing = false; // a click on the spectrum adds a peak, one on a peak removes it
let refreshAtoms = () => {};
let refreshSticks = () => {};

export function setUpFigures(draw) {
  const [left, right] = [byId("structure-figure"), byId("sticks-figure")];
  const redraw = (act) => (...given) => {
    const changed = act(...given);
    draw();
    return changed;
  };
  zooming(left, { zoom: redraw(zoomStructure), drag: redraw(dragStructure), whole: redraw(() => (view = WHOLE)) });
  zooming(right, { zoom: redraw(zoomSpectrum), drag: redraw(selectRange), whole: redraw(() => (range = null)) });
  byId("edit-peaks").addEventListener("click", redraw(() => (editing = !editing)));
  addOnClick(right.querySelector(".canvas"));
  const labels = byId("labels");
  const kept = localStorage.getItem(LABELS_KEPT);
  labels.value = kept in MARKS ? kept : "peak";
  labels.addEventListener("change", () => {
    localStorage.setItem(LABELS_KEPT, labels.value);
    draw();
  });
  refreshAtoms = roving(left, ".atom", inDirection);
  refreshSticks = roving(right, ".stick", (items, current, key) => inShifts(items, current, key));
  new ResizeObserver(draw).observe(left);
}

/** A click on the ground of the spectrum, which is not the end of a drag, adds the peak that stands there. */
function addOnClick(canvas) {
  let down = null;
  canvas.addEventListener("pointerdown", (event) => (down = event.clientX));
  canvas.addEventListener("click", (event) => {
    if (!editing || event.target.closest(".stick") || Math.abs(event.clientX - down) > CLICK) return;
    const { ppm } = axis(range ?? whole, sizeOf(byId("sticks-figure")).width);
    const x = event.clientX - canvas.getBoundingClientRect().left;
    const [there, reach] = [ppm(x), ppm(x - REACH) - ppm(x)];
    const aside = state.leftOut.filter((item) => Math.abs(item.ppm - there) < reach).sort((a, b) => Math.abs(a.ppm - there) - Math.abs(b.ppm - there))[0];
    addPeak(aside?.ppm ?? (state.trace ? topNear(state.trace, there, reach) : Math.round(10 * there) / 10));
  });
}

/** Sticks stand in the document as on the screen, from high to low shift. */
function inShifts(items, current, key) {
  const place = items.indexOf(current);
  return { ArrowLeft: items[place - 1], ArrowRight: items[place + 1], Home: items[0], End: items.at(-1) }[key];
}

const sizeOf = (figure) => {
  const { clientWidth, clientHeight } = figure.querySelector(".canvas");
  return { width: Math.max(clientWidth, 200), height: Math.max(clientHeight, 150) };
};

export function drawFigures(answer, rows, { picking, onPeak, onAtom }) {
  const [left, right] = [byId("structure-figure"), byId("sticks-figure")];
  if (JSON.stringify(answer?.drawing) !== JSON.stringify(drawing)) [drawing, view] = [answer?.drawing ?? null, WHOLE];
  left.classList.toggle("picking", picking);
  right.classList.toggle("editing", editing);
  byId("edit-peaks").setAttribute("aria-pressed", String(editing));
  show(left.querySelector(".canvas"), answer
    ? drawMolecule(answer.drawing, { ...sizeOf(left), view, marks: carbonMarks(answer, rows, byId("labels").value), label: `Structure ${answer.smiles}`, onAtom })
    : h("p", { class: "empty" }, "The structure, with the peak of every carbon"));
  show(right.querySelector(".canvas"), answer || rows.length
    ? drawSpectrum(answer, editing ? rowsNow(rows) : rows, sizeOf(right), editing ? removePeak : onPeak)
    : h("p", { class: "empty" }, "Observed peaks above, predicted shifts below"));
  refreshAtoms();
  refreshSticks();
}

/** While peaks are edited those of now are shown, which the answer may not know yet. */
function rowsNow(rows) {
  const known = new Map(rows.map((row) => [row.id, row]));
  return assignmentRows(null).map((row) => known.get(row.id) ?? row);
}

function drawSpectrum(answer, rows, size, onPeak) {
  const { trace } = state;
  const most = Math.max(...rows.map((r) => r.intensity ?? 0));
  const full = trace && fullHeight(trace, rows.map((r) => r.ppm));
  const heightOf = (r) => (trace ? shareOf(trace, r.ppm, full) : most > 0 ? 0.25 + 0.75 * Math.max(r.intensity ?? 0, 0) / most : 1);
  const observed = rows.map((r) => ({ peak: r.id, number: r.number, ppm: r.ppm, fit: r.fit, label: r.label, aside: r.aside, height: heightOf(r) }));
  const owner = new Map(rows.flatMap((r) => (r.found?.atoms ?? []).map((atom) => [atom, r.id])));
  const predicted = (answer?.carbons ?? []).map((c) => ({ ppm: c.shift_ppm, std: c.std_ppm, interval: c.interval_95_ppm, peak: owner.get(c.atoms[0]), observed: rows.filter((r) => r.found && c.atoms.some((atom) => r.found.atoms.includes(atom))).map((r) => r.ppm) }));
  const aside = state.leftOut.filter((item) => item.ppm !== undefined).map(({ ppm, text, reason }) => ({ ppm, aside: true, label: `${text}, set aside: ${reason}` }));
  const next = wholeRange([...observed, ...predicted].map((s) => s.ppm));
  if (next.high !== whole.high || next.low !== whole.low) [whole, range] = [next, null];
  return drawSticks({ ...size, observed, predicted, trace, aside, range: range ?? whole, label: "Spectrum: observed above, predicted below", onPeak });
}

function zoomStructure(factor, x, y) {
  const { width, height } = sizeOf(byId("structure-figure"));
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MOST_ZOOM);
  if (zoom === view.zoom) return false;
  const keep = (shift, point, size) => (zoom === 1 ? 0 : point - size / 2 - (point - size / 2 - shift) * (zoom / view.zoom));
  view = { zoom, x: keep(view.x, x, width), y: keep(view.y, y, height) };
  return true;
}

let start = null; // the view when a drag began
function dragStructure(from, to, ended) {
  start ??= view;
  view = { ...view, x: start.x + to.x - from.x, y: start.y + to.y - from.y };
  if (ended) start = null;
}

function zoomSpectrum(factor, x) {
  const { high, low } = range ?? whole;
  const ppm = axis({ high, low }, sizeOf(byId("sticks-figure")).width).ppm(x);
  return setRange(ppm + (high - ppm) / factor, ppm - (ppm - low) / factor);
}

/** Drag over a part of the spectrum to see that part alone. */
function selectRange(from, to, ended) {
  const figure = byId("sticks-figure");
  const band = figure.querySelector(".band");
  band.hidden = ended;
  band.style.left = `${Math.min(from.x, to.x)}px`;
  band.style.width = `${Math.abs(to.x - from.x)}px`;
  if (!ended) return;
  const { ppm } = axis(range ?? whole, sizeOf(figure).width);
  setRange(ppm(Math.min(from.x, to.x)), ppm(Math.max(from.x, to.x)));
}

function setRange(high, low) {
  const before = range;
  const wide = Math.max(high - low, LEAST_PPM);
  const middle = (high + low) / 2;
  const next = { high: Math.min(middle + wide / 2, whole.high), low: Math.max(middle - wide / 2, whole.low) };
  range = next.high - next.low >= whole.high - whole.low ? null : next;
  return before?.high !== range?.high || before?.low !== range?.low;
}
