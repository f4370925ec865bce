// What an answer says of each peak, and how well it fits.

import { state } from "./state.js";
import { carbonName, carbonNames, percent, shiftWriter, signed, typeName } from "./words.js";

const SURE_SIGMA = 2; // deviations up to this many standard deviations count as a fit,
const WRONG_SIGMA = 4; // from this many on as none
const LEAST_STD_PPM = 0.5;

/**
 * A row per peak of an answer (null: of the peaks entered), in their order: {id, number, ppm, found, aside, away, std, interval, fit, others, label}. `fit` is
 * the confidence, lowered where the shift is far from the prediction or the verdict is against the structure; `others`
 * are the numbers of the peaks with which this one may be exchanged.
 */
export function assignmentRows(shown) {
  const { value: answer, peaks, pins } = shown ?? { value: null, peaks: state.peaks, pins: {} };
  const assigned = new Map((answer?.assignments ?? []).map((a) => [a.peak, a]));
  const std = new Map((answer?.carbons ?? []).flatMap((c) => c.atoms.map((atom) => [atom, Math.max(c.std_ppm ?? 0, LEAST_STD_PPM)])));
  const intervals = new Map((answer?.carbons ?? []).flatMap((c) => c.atoms.map((atom) => [atom, c.interval_95_ppm])));
  const doubt = verdictFactor(answer);
  const write = shiftWriter(peaks);
  return peaks.map((peak, index) => {
    const found = assigned.get(index) ?? null;
    const away = found && peak.ppm - found.predicted_ppm;
    const row = {
      id: peak.id, number: index + 1, ppm: peak.ppm, shift: write(peak.ppm), intensity: peak.intensity ?? null, found, away,
      std: found && (std.get(found.atoms[0]) ?? null), interval: found && (intervals.get(found.atoms[0]) ?? null),
      aside: (!found && answer?.spectrum?.peaks[index]?.aside) || null,
      pinned: Boolean(found?.pinned) || peak.id in pins,
      others: (found?.interchangeable_with ?? []).map((other) => other + 1),
    };
    row.fit = found && found.confidence * fitOf(row) * doubt;
    return { ...row, label: labelOf(row) };
  });
}

function fitOf({ away, std }) {
  if (!std) return 1;
  return Math.min(1, Math.max(0, (WRONG_SIGMA - Math.abs(away) / std) / (WRONG_SIGMA - SURE_SIGMA)));
}

/** Nothing is green in a structure that the spectrum speaks against. */
const verdictFactor = (answer) => ({ inconsistent: 0.5, undecided: 0.8 })[answer?.verdict] ?? 1;

function labelOf({ number, shift, found, aside }) {
  const head = `Peak ${number}, ${shift} ppm`;
  if (!found) return `${head}, ${aside ? `set aside: ${aside}` : "no carbon"}`;
  return `${head}, ${carbonNames(found.atoms)}, ${found.pinned ? "pinned by hand" : `confidence ${percent(found.confidence)}`}`;
}

/** What can be written beside a carbon. */
export const MARKS = {
  peak: ({ row }) => (row ? String(row.number) : ""),
  ppm: ({ row }) => (row ? row.shift : ""),
  predicted: ({ carbon }) => carbon.shift_ppm.toFixed(1),
  difference: ({ row }) => (row ? signed(row.away) : ""),
  atom: ({ atom }) => carbonName(atom),
};

/** Every carbon of an answer with its mark: atom → {peak, text, fit, unsure, label}. */
export function carbonMarks(answer, rows, kind) {
  const owner = new Map(rows.flatMap((row) => (row.found?.atoms ?? []).map((atom) => [atom, row])));
  const made = new Map();
  for (const carbon of answer.carbons) {
    for (const atom of carbon.atoms) {
      const row = owner.get(atom) ?? null;
      const name = [carbonName(atom), carbon.multiplicity && typeName(carbon.multiplicity)].filter(Boolean).join(", ");
      const text = rows.length === 0 && kind === "peak" ? carbon.shift_ppm.toFixed(1) : MARKS[kind]({ atom, carbon, row });
      made.set(atom, {
        peak: row?.id, text, fit: row?.fit, unsure: row !== null && row.found.confidence < 0.5,
        label: row ? `${name}, ${row.label}` : `${name}, predicted ${carbon.shift_ppm.toFixed(1)} ppm${rows.length ? ", no peak" : ""}`,
      });
    }
  }
  return made;
}
