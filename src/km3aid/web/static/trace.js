// A measured curve: the lowest and highest point of each of many intervals, in parts of 10,000 of its largest height.

const CLIPPED = 1.5; // times the third-strongest peak, beyond which lines are cut off

const binOf = (trace, ppm) => Math.floor(((trace.left_ppm - ppm) / (trace.left_ppm - trace.right_ppm)) * trace.high.length);
const ppmOf = (trace, bin) => trace.left_ppm - ((bin + 0.5) / trace.high.length) * (trace.left_ppm - trace.right_ppm);

/** The height of the curve about a shift, with its sign. */
export function heightAt(trace, ppm, bins = 2) {
  const [from, to] = [Math.max(binOf(trace, ppm) - bins, 0), binOf(trace, ppm) + bins + 1];
  const high = Math.max(0, ...trace.high.slice(from, to));
  const low = Math.min(0, ...trace.low.slice(from, to));
  return -low > high ? low : high;
}

/** The height that fills the picture: strong lines are cut off, so that a solvent does not flatten the sample. */
export function fullHeight(trace, shifts) {
  const heights = shifts.map((ppm) => Math.abs(heightAt(trace, ppm))).sort((a, b) => b - a);
  return Math.max(CLIPPED * (heights[Math.min(2, heights.length - 1)] ?? 0), 10 * trace.noise, 1);
}

/** The shift of the top of the curve within `reach` ppm of a shift. */
export function topNear(trace, ppm, reach) {
  const [from, to] = [binOf(trace, ppm + reach), binOf(trace, ppm - reach)];
  let best = Math.min(Math.max(binOf(trace, ppm), 0), trace.high.length - 1);
  const size = (bin) => Math.max(trace.high[bin], -trace.low[bin]);
  for (let bin = Math.max(from, 0); bin <= Math.min(to, trace.high.length - 1); bin += 1) if (size(bin) > size(best)) best = bin;
  return ppmOf(trace, best);
}

/** The points of a polyline: of every pixel between two shifts the highest and the lowest point; `y` takes a height. */
export function pointsOf(trace, { high, low }, at, y) {
  const points = [];
  const [first, last] = [Math.max(binOf(trace, high), 0), Math.min(binOf(trace, low), trace.high.length - 1)];
  let column = null;
  const flush = () => column && points.push(`${column.x},${y(column.high)} ${column.x},${y(column.low)}`);
  for (let bin = first; bin <= last; bin += 1) {
    const x = Math.round(at(ppmOf(trace, bin)) * 2) / 2;
    if (column?.x === x) {
      column.high = Math.max(column.high, trace.high[bin]);
      column.low = Math.min(column.low, trace.low[bin]);
      continue;
    }
    flush();
    column = { x, high: trace.high[bin], low: trace.low[bin] };
  }
  flush();
  return points.join(" ");
}
