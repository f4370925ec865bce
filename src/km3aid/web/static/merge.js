// A text that is edited and read again: what was done to its peaks by hand stays.

const readOf = ({ ppm, multiplicity, count }) => [ppm, multiplicity ?? "", count ?? ""].join(" ");
const peakOf = (found, id) => ({ id, ppm: found.ppm, multiplicity: found.multiplicity ?? null, count: found.count ?? null, intensity: found.intensity ?? null, read: readOf(found) });

/** The peaks of another spectrum, of which nothing was changed by hand yet. */
export const freshPeaks = (found, firstId) => ({ peaks: found.map((peak, n) => peakOf(peak, firstId + n)), removed: [] });

/**
 * The peaks of a text and those `removed`, after the text was edited and read again. A peak that the text still holds
 * keeps its edits and its pin, or stays removed; one whose shift was corrected keeps its pin; peaks added by hand come
 * last. Nothing is kept where the text has several peaks and none of the former ones.
 */
export function mergePeaks(found, state, firstId) {
  const own = state.peaks.filter((peak) => peak.read !== null);
  const waiting = [...own];
  const removed = [...state.removed];
  const stillRemoved = [];
  const take = (list, fits) => list.splice(list.findIndex(fits), 1)[0];
  const matched = found.map((peak) => {
    const read = readOf(peak);
    if (waiting.some((old) => old.read === read)) return take(waiting, (old) => old.read === read);
    if (!removed.includes(read)) return null;
    stillRemoved.push(take(removed, (other) => other === read));
    return "removed";
  });
  if (found.length > 1 && !matched.some(Boolean)) return freshPeaks(found, firstId);
  const corrected = own.length === found.length;
  const peaks = matched.map((old, n) => old ?? peakOf(found[n], corrected && waiting.includes(own[n]) ? own[n].id : firstId + n));
  const byHand = state.peaks.filter((peak) => peak.read === null);
  return { peaks: [...peaks.filter((peak) => peak !== "removed"), ...byHand], removed: stillRemoved };
}
