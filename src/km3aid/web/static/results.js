// The answers of a batch as rows: what was found, how sure it is, and the reason where there is no answer.

import { percent } from "./words.js";

const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null);

/** A row of an answer: {key, id, result, probability, fit, structure, remarks}. */
export function resultOf(answer, index) {
  const row = { key: index, number: index + 1, id: answer.id ?? "", result: "", probability: null, fit: null, structure: "", remarks: (answer.warnings ?? []).join("; ") };
  if (answer.error) return { ...row, result: "no answer", remarks: answer.error };
  if (answer.hits) return { ...row, ...hitOf(answer) };
  const away = (answer.assignments ?? []).map((a) => Math.abs(a.shift_ppm - a.predicted_ppm));
  return { ...row, result: answer.verdict ?? "", probability: answer.probability ?? null, fit: mean(away), structure: answer.smiles };
}

function hitOf({ hits: [best], present }) {
  if (!best) return { result: "no hit" };
  const none = typeof present === "number" && 1 - present > best.probability ? `none of these: ${percent(1 - present)}` : null;
  return { result: none ?? best.name ?? "a hit", probability: best.probability, structure: best.smiles };
}

export const COLUMNS = [
  { title: "#", value: (r) => r.number },
  { title: "Spectrum", value: (r) => r.id },
  { title: "Result", value: (r) => r.result },
  { title: "Probability", value: (r) => r.probability, cell: (r) => (r.probability === null ? "" : percent(r.probability)) },
  { title: "mean |Δ|", value: (r) => r.fit, cell: (r) => (r.fit === null ? "" : r.fit.toFixed(2)), hint: "Of an assignment, in ppm" },
  { title: "Structure", value: (r) => (r.structure.includes("\n") ? r.structure.split("\n")[0].trim() || "mol block" : r.structure) },
  { title: "Remarks", value: (r) => r.remarks },
];
