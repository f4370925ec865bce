// Candidates as cards: probability, structure with the worst carbons marked, observed against predicted sticks.

import { postJson } from "./api.js";
import { h, percent } from "./dom.js";
import { drawMolecule } from "./molecule.js";
import { change, spectrumRequest } from "./state.js";
import { drawSticks } from "./sticks.js";

const WORST = 3; // carbons marked at most
const PLAINLY_OFF_PPM = 3;

/** Fill `list` with a card per hit; the drawings follow one by one. */
export function showCards(list, hits, signal) {
  const request = spectrumRequest();
  list.replaceChildren(...hits.map((hit) => card(hit)));
  hits.forEach((hit, i) => fill(list.children[i], hit, request, signal));
}

function card(hit) {
  const name = hit.name ?? `Hit ${hit.rank}`;
  return h("li", { class: hit.rank === 1 ? "card first" : "card", "aria-label": `${hit.rank}: ${name}, probability ${percent(hit.probability)}` },
    h("div", { class: "top" }, h("span", { class: "rank" }, `${hit.rank}`), h("span", { class: "name", title: name }, hit.name ?? ""),
      h("span", { class: "chance", title: `score ${hit.score.toFixed(2)}, graph level ${hit.graph_score.toFixed(3)}, match ${hit.match_score.toFixed(1)}` }, percent(hit.probability))),
    h("div", { class: "smiles", title: hit.smiles }, hit.smiles),
    h("div", { class: "drawing" }), h("div", { class: "sticks" }),
    h("div", { class: "bottom" }, h("span", { class: "small" }), h("button", { onclick: () => change({ structure: hit.smiles, pinned: {}, task: "assign" }) }, "Assign this one")));
}

async function fill(element, hit, request, signal) {
  const note = element.querySelector(".small");
  let found;
  try {
    found = await postJson("/api/assign", { ...request, smiles: hit.smiles, detail: true }, signal);
  } catch (error) {
    if (error.name !== "AbortError") note.textContent = error.message;
    return;
  }
  const spread = new Map(found.carbons.flatMap((c) => c.atoms.map((a) => [a, Math.max(c.std_ppm, 0.5)])));
  const off = found.assignments
    .map((a) => ({ ...a, away: a.shift_ppm - a.predicted_ppm }))
    .filter((a) => Math.abs(a.away) > PLAINLY_OFF_PPM && Math.abs(a.away) > 2 * spread.get(a.atoms[0]))
    .sort((a, b) => Math.abs(b.away) - Math.abs(a.away))
    .slice(0, WORST);
  const signed = (away) => `${away > 0 ? "+" : "−"}${Math.abs(away).toFixed(0)}`;
  const marks = new Map();
  for (const a of found.assignments) for (const atom of a.atoms) marks.set(atom, { peak: a.peak, confidence: a.confidence, label: `${a.shift_ppm} ppm, predicted ${a.predicted_ppm} ppm` });
  for (const a of off) for (const atom of a.atoms) Object.assign(marks.get(atom), { worst: true, text: signed(a.away) });
  for (const atom of found.unobserved_atoms) marks.set(atom, { label: "no peak", worst: true, text: "?" });
  const [drawing, sticks] = [element.querySelector(".drawing"), element.querySelector(".sticks")];
  const width = Math.max(drawing.clientWidth, 200);
  drawing.replaceChildren(drawMolecule(found.drawing, { marks, width, height: 176, label: `Structure ${hit.smiles}` }));
  const worst = new Set(off.flatMap((a) => a.atoms));
  const owner = new Map(found.assignments.flatMap((a) => a.atoms.map((atom) => [atom, a.peak])));
  const used = new Set(owner.values());
  const unseen = new Set(found.unobserved_atoms);
  sticks.replaceChildren(drawSticks({
    width, height: 137, label: "Observed above, predicted below",
    observed: found.spectrum.peaks.map(({ ppm, aside }, peak) => ({
      peak, ppm, label: aside ? `${ppm} ppm, set aside: ${aside}` : `${ppm} ppm`, worst: found.unassigned_peaks.includes(peak), aside: aside && !used.has(peak),
    })),
    predicted: found.carbons.map((c) => ({ ppm: c.shift_ppm, peak: owner.get(c.atoms[0]), worst: worst.has(c.atoms[0]) || unseen.has(c.atoms[0]) })),
  }));
  const mean = found.assignments.reduce((sum, a) => sum + Math.abs(a.shift_ppm - a.predicted_ppm), 0) / Math.max(found.assignments.length, 1);
  const left = found.unassigned_peaks.length;
  note.textContent = `${found.formula} · mean |Δ| ${mean.toFixed(1)} ppm${left ? ` · ${left} peak${left > 1 ? "s" : ""} left` : ""}`;
}
