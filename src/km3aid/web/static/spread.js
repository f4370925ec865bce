// Labels beside one another: near what they name, in its order, none over another.

/**
 * Places at least `gap` apart within [low, high] for labels that want to be at `wanted` (ascending), the sum of squared
 * moves being least: what is too close forms a block around its mean. Where there is no room, the gap is smaller.
 */
export function spread(wanted, gap, low, high) {
  const step = Math.min(gap, (high - low) / Math.max(wanted.length - 1, 1));
  const blocks = [];
  wanted.forEach((place, n) => {
    let block = { sum: place - n * step, count: 1 };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  });
  const most = high - (wanted.length - 1) * step;
  return blocks.flatMap(({ sum, count }) => Array(count).fill(Math.max(low, Math.min(most, sum / count)))).map((start, n) => start + n * step);
}

/** The cell of every place (ascending): halfway to its neighbours, at most `reach` to either side. */
export const cells = (places, reach) => places.map((place, n) => [
  Math.max(place - reach, n > 0 ? (places[n - 1] + place) / 2 : -Infinity),
  Math.min(place + reach, n < places.length - 1 ? (place + places[n + 1]) / 2 : Infinity),
]);
