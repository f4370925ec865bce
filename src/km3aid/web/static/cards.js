// Candidates as cards: probability, structure with the worst carbons marked, observed against predicted sticks.

import { postJson } from "./api.js";
import { copy, h, show } from "./dom.js";
import { canDraw, drawStructure } from "./editor.js";
import { drawMolecule } from "./molecule.js";
import { change, spectrumOf } from "./state.js";
import { drawSticks } from "./sticks.js";
import { noveltyOf, ORIGINS, percent, plural, signed } from "./words.js";

const WORST = 3; // carbons marked at most
const PLAINLY_OFF_PPM = 3;
const UNUSUAL = 3; // log-odds from which on a proposal is called so
const TOGETHER = 8; // assignments asked for with one request,
const AT_A_TIME = 2; // and requests, so that others find a free worker

const shown = new WeakMap(); // list → {answer, asking}
const hits = new WeakMap(); // card → {hit, request, asking}: what is in it, until it is drawn
let wanted = []; // cards in view that are not drawn yet
let running = 0;

const view = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    wanted = wanted.filter((card) => card !== target);
    if (isIntersecting && hits.has(target)) wanted.push(target);
  }
  drawNext();
}, { rootMargin: "200px" });

/** Let `list` hold the cards of an answer (or null); the drawings of those in view follow. `compare` takes a rank. */
export function showCards(list, answer, compare) {
  const before = shown.get(list);
  if (before?.answer === answer) return;
  before?.asking.abort();
  const asking = new AbortController();
  shown.set(list, { answer, asking });
  const found = answer?.value.hits ?? [];
  show(list, found.map((hit) => card(hit, null, compare)));
  [...list.children].forEach((element, i) => {
    hits.set(element, { hit: found[i], request: answer.request, asking, compare });
    view.unobserve(element);
    view.observe(element);
  });
}

/** Ask for the assignments of some cards of one answer, and draw them. */
async function drawNext() {
  if (running >= AT_A_TIME || !wanted.length) return;
  const { request, asking } = hits.get(wanted[0]);
  const some = wanted.filter((card) => hits.get(card).asking === asking).slice(0, TOGETHER);
  const cards = some.map((element) => ({ element, ...hits.get(element) }));
  wanted = wanted.filter((card) => !some.includes(card));
  some.forEach((card) => hits.delete(card));
  running += 1;
  drawNext();
  try {
    const structures = cards.map(({ hit }) => hit.smiles);
    const { answers } = await postJson("api/assignments", { ...spectrumOf(request), structures, detail: true }, asking.signal);
    cards.forEach((shown, n) => fill(shown, answers[n]));
  } catch (error) {
    if (error.name !== "AbortError") cards.forEach((shown) => fill(shown, { error: error.message }));
  }
  running -= 1;
  drawNext();
}

function fill({ element, hit, compare }, found) {
  if (found.error) {
    element.querySelector(".bottom .small").textContent = found.error;
    return;
  }
  const chosen = element.querySelector(".compare input").checked;
  show(element, ...card(hit, found, compare).childNodes);
  element.querySelector(".compare input").checked = chosen;
}

function card(hit, found, compare) {
  const name = hit.name ?? `Hit ${hit.rank}`;
  const others = (hit.members ?? []).filter((member) => member.smiles !== hit.smiles);
  return h("li", { class: hit.rank === 1 ? "card first" : "card", "data-key": `hit-${hit.rank}`, "aria-label": `${hit.rank}: ${name}, probability ${percent(hit.probability)}` },
    h("div", { class: "top" }, h("span", { class: "rank" }, `${hit.rank}`), h("span", { class: "name", title: name }, hit.name ?? ""),
      h("span", { class: "chance", title: `score ${hit.score.toFixed(2)}, graph level ${hit.graph_score.toFixed(3)}, match ${hit.match_score.toFixed(1)}` }, percent(hit.probability))),
    h("div", { class: "smiles", title: hit.smiles }, hit.smiles),
    h("div", { class: "drawing" }, found && structureOf(found)), h("div", { class: "sticks" }, found && sticks(found)),
    hit.origin && h("div", { class: "small" }, h("span", { class: hit.novel ? "mark novel" : "mark", title: hit.novel ? "No entry of the library has this connectivity" : "An entry of the library has this connectivity" }, noveltyOf(hit)),
      ` ${[hit.formula, hit.origin !== "library" && ORIGINS[hit.origin], hit.unusual > UNUSUAL && "unusual"].filter(Boolean).join(", ")}`),
    others.length > 0 && h("details", { class: "members" }, h("summary", {}, `${plural(others.length, "other")} of this connectivity`),
      h("ul", {}, others.map((member) => h("li", {}, member.name ?? member.smiles)))),
    h("div", { class: "bottom" }, h("span", { class: "small" }, found && summary(found)),
      h("label", { class: "compare" }, h("input", { type: "checkbox", "data-key": `compare-${hit.rank}`, "aria-label": `Compare hit ${hit.rank}`, onchange: () => compare(hit.rank) }), " Compare"),
      h("span", { class: "small copies" }, "Copy ", names(hit, found).map(([kind, text]) => h("button", { class: "quiet", "aria-label": `Copy the ${kind} of hit ${hit.rank}`, onclick: () => copy(text) }, kind))),
      canDraw && h("button", { class: "quiet", title: "Open it in the editor; what is drawn is assigned", onclick: () => drawStructure(hit.smiles, assign) }, "Edit…"),
      h("button", { onclick: () => assign(hit.smiles) }, "Assign this one")));
}

const assign = (structure) => change({ structure, pinned: {}, task: "assign" });
const names = (hit, found) => [["SMILES", hit.smiles], ["InChI", found?.inchi], ["InChIKey", found?.inchi_key]].filter(([, text]) => text);

/** The assignments that are plainly off, the worst first. */
function plainlyOff(found) {
  const spread = new Map(found.carbons.flatMap((c) => c.atoms.map((a) => [a, Math.max(c.std_ppm, 0.5)])));
  return found.assignments
    .map((a) => ({ ...a, away: a.shift_ppm - a.predicted_ppm }))
    .filter((a) => Math.abs(a.away) > PLAINLY_OFF_PPM && Math.abs(a.away) > 2 * spread.get(a.atoms[0]))
    .sort((a, b) => Math.abs(b.away) - Math.abs(a.away))
    .slice(0, WORST);
}

/** The drawing of an assigned structure, with what is plainly off. */
export function structureOf(found) {
  const marks = new Map();
  for (const a of found.assignments) for (const atom of a.atoms) marks.set(atom, { peak: a.peak, fit: a.confidence, label: `${a.shift_ppm} ppm, predicted ${a.predicted_ppm} ppm` });
  for (const a of plainlyOff(found)) for (const atom of a.atoms) Object.assign(marks.get(atom), { worst: true, text: signed(a.away, 0) });
  for (const atom of found.unobserved_atoms) marks.set(atom, { label: "no peak", worst: true, text: "?" });
  return drawMolecule(found.drawing, { marks, width: 320, height: 176, label: `Structure ${found.smiles}` });
}

function sticks(found) {
  const owner = new Map(found.assignments.flatMap((a) => a.atoms.map((atom) => [atom, a.peak])));
  const used = new Set(owner.values());
  const bad = new Set([...plainlyOff(found).flatMap((a) => a.atoms), ...found.unobserved_atoms]);
  return drawSticks({
    width: 320, height: 137, label: "Observed above, predicted below",
    observed: found.spectrum.peaks.map(({ ppm, aside }, peak) => ({
      peak, ppm, label: aside ? `${ppm} ppm, set aside: ${aside}` : `${ppm} ppm`, worst: found.unassigned_peaks.includes(peak), aside: aside && !used.has(peak),
    })),
    predicted: found.carbons.map((c) => ({ ppm: c.shift_ppm, peak: owner.get(c.atoms[0]), worst: bad.has(c.atoms[0]) })),
  });
}

/** The mean deviation, to which peaks and carbons that are left over do not count: so they are named beside it. */
function summary(found) {
  const count = found.assignments.length;
  const mean = found.assignments.reduce((sum, a) => sum + Math.abs(a.shift_ppm - a.predicted_ppm), 0) / Math.max(count, 1);
  const left = found.unassigned_peaks.length;
  const unseen = found.unobserved_atoms.length;
  return [
    found.formula, count && `mean |Δ| ${mean.toFixed(1)} ppm over ${plural(count, "peak")}`, left && `${plural(left, "peak")} left`,
    unseen && `${plural(unseen, "carbon")} without a peak`,
  ].filter(Boolean).join(" · ");
}
