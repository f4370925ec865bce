// Two or three hits side by side: their drawings, and what each says of every peak.

import { postJson } from "./api.js";
import { structureOf } from "./cards.js";
import { h, show } from "./dom.js";
import { spectrumOf } from "./state.js";
import { carbonNames, percent, shiftWriter, signed } from "./words.js";

export const MOST = 3;
const APART_PPM = 2; // deviations that differ by more tell the hits apart
const known = new WeakMap(); // answer → Map of SMILES → its assignment, or a promise of it

/** Let `box` compare these hits of an answer; `redraw` is called when an assignment has come. */
export function showComparison(box, answer, hits, redraw) {
  if (hits.length < 2) return show(box);
  const found = hits.map((hit) => assignmentOf(answer, hit.smiles, redraw));
  return show(box, h("section", { class: "panel comparison", "aria-label": "Comparison of hits" },
    h("div", { class: "head" }, h("h2", {}, "Side by side"), h("span", { class: "note" }, "observed minus predicted, in ppm; marked: where the hits differ")),
    found.some((f) => f === null) ? h("p", { class: "note" }, "Assigning …") : [
      h("div", { class: "compared" }, found.map((f, n) => h("figure", {}, f.error ? h("p", { class: "error" }, f.error) : structureOf(f), h("figcaption", {}, titleOf(hits[n]))))),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Comparison by peaks" }, table(hits, found.map((f) => (f.error ? null : f)))),
    ]));
}

const titleOf = (hit) => `${hit.rank}: ${hit.name ?? hit.smiles}, ${percent(hit.probability)}`;

/** The assignment, {error}, or null while it is asked for. */
function assignmentOf(answer, smiles, redraw) {
  if (!known.has(answer)) known.set(answer, new Map());
  const kept = known.get(answer);
  if (kept.has(smiles)) return kept.get(smiles);
  kept.set(smiles, null);
  postJson("api/assign", { ...spectrumOf(answer.request), smiles, detail: true })
    .catch((error) => ({ error: error.message }))
    .then((value) => (kept.set(smiles, value), redraw()));
  return null;
}

function table(hits, found) {
  const { peaks } = found.find(Boolean)?.spectrum ?? { peaks: [] };
  const write = shiftWriter(peaks);
  const owners = found.map((f) => new Map((f?.assignments ?? []).map((a) => [a.peak, a])));
  return h("table", { class: "answers results" }, h("caption", { class: "visually-hidden" }, "Deviations of every peak"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "δ / ppm"), hits.map((hit) => [h("th", { scope: "col" }, `Hit ${hit.rank}`), h("th", { scope: "col" }, "Δ")]))),
    h("tbody", {}, peaks.map((peak, n) => row(write(peak.ppm), owners.map((owner) => owner.get(n)))), h("tr", {}, h("th", { scope: "row" }, "mean |Δ|"), found.map(meanCells))));
}

function row(shift, cells) {
  const away = cells.map((a) => (a ? a.shift_ppm - a.predicted_ppm : null));
  const seen = away.filter((value) => value !== null).map(Math.abs);
  const differ = seen.length < away.length ? seen.length > 0 : Math.max(...seen) - Math.min(...seen) > APART_PPM;
  return h("tr", { class: differ ? "differ" : null }, h("th", { scope: "row" }, shift),
    cells.map((a, n) => [h("td", {}, a ? carbonNames(a.atoms) : "–"), h("td", { class: "number" }, a ? signed(away[n]) : "")]));
}

function meanCells(found) {
  if (!found) return [h("td", {}), h("td", {})];
  const away = found.assignments.map((a) => Math.abs(a.shift_ppm - a.predicted_ppm));
  const unseen = found.unobserved_atoms;
  return [h("td", {}, unseen.length ? `no peak: ${carbonNames(unseen)}` : ""), h("td", { class: "number" }, away.length ? (away.reduce((a, b) => a + b, 0) / away.length).toFixed(1) : "")];
}
