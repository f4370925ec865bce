// Where the text beside an atom goes: close to it, clear of bonds, other atoms and other texts.

const DIRECTIONS = 24;
const CROSSED = 3; // what it costs to lie on a bond,
const COVERED = 5; // on an atom,
const WRITTEN_OVER = 8; // on another text,
const PER_RADIAN = 0.3; // and to leave the direction with most room between the bonds

/**
 * Places [x, y] of the middles of `texts` ({x, y, text, free, radius}, in pixels; `free` is an angle), or null where there
 * is none. `segments` are the bonds [[x1, y1], [x2, y2]], `atoms` the places of all atoms.
 */
export function placeTexts(texts, segments, atoms, size) {
  const boxes = [];
  return texts.map(({ x, y, text, free, radius }) => {
    if (!text) return null;
    const half = { wide: size * 0.3 * text.length + 1, high: size * 0.5 };
    const candidates = Array.from({ length: DIRECTIONS }, (_, n) => {
      const turn = Math.ceil(n / 2) * (n % 2 ? 1 : -1) * ((2 * Math.PI) / DIRECTIONS);
      const [dx, dy] = [Math.cos(free + turn), Math.sin(free + turn)];
      const away = radius + 4 + Math.min(half.wide / Math.max(Math.abs(dx), 1e-6), half.high / Math.max(Math.abs(dy), 1e-6));
      const middle = [x + away * dx, y + away * dy];
      return { middle, cost: cost(middle, half, { segments, atoms, boxes, own: [x, y] }) + PER_RADIAN * Math.abs(turn) };
    });
    const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
    boxes.push({ middle: best.middle, half });
    return best.middle;
  });
}

function cost([x, y], { wide, high }, { segments, atoms, boxes, own }) {
  const squeeze = high / wide; // in squeezed coordinates the box is a square, nearly a circle
  const near = ([px, py]) => Math.hypot((px - x) * squeeze, py - y);
  const crossed = segments.filter(([a, b]) => distance([x * squeeze, y], [a[0] * squeeze, a[1]], [b[0] * squeeze, b[1]]) < high * 0.9).length;
  const covered = atoms.filter((atom) => (atom[0] !== own[0] || atom[1] !== own[1]) && near(atom) < high * 1.5).length;
  const over = boxes.filter(({ middle, half }) => Math.abs(middle[0] - x) < half.wide + wide && Math.abs(middle[1] - y) < half.high + high).length;
  return CROSSED * crossed + COVERED * covered + WRITTEN_OVER * over;
}

/** From a point to a segment. */
function distance([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(Math.max(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(px - ax - share * dx, py - ay - share * dy);
}
