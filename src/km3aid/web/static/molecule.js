// Draw a structure from the coordinates of its atoms; carbons carry marks and can be focused.

import { atomNumber, h, hue } from "./dom.js";

const NUMBERED = 33; // pixels per bond, above which a number fits into a carbon

/**
 * `marks`: atom → {text, confidence, label, worst}; `onAtom(atom)` makes every carbon a button that shows its number.
 */
export function drawMolecule(drawing, { marks = new Map(), width, height, label, onAtom = null }) {
  const { atoms, bonds } = drawing;
  const xs = atoms.map((a) => a.x);
  const ys = atoms.map((a) => a.y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const margin = 30;
  const scale = Math.min(44, (width - 2 * margin) / Math.max(right - left, 0.1), (height - 2 * margin) / Math.max(high - low, 0.1));
  const at = atoms.map((a) => [width / 2 + (a.x - (left + right) / 2) * scale, height / 2 - (a.y - (low + high) / 2) * scale]);
  const size = Math.max(Math.min(scale * 0.34, 14), 7.5);
  const svg = h("svg", { viewBox: `0 0 ${width} ${height}`, role: onAtom ? "group" : "img", "aria-label": label });
  svg.append(...bonds.flatMap((bond) => drawBond(bond, atoms, at, scale)));
  for (const [i, atom] of atoms.entries()) if (atom.label) svg.append(drawLabel(atom, at[i], size));
  const around = neighbours(bonds, at);
  for (const [i, atom] of atoms.entries()) {
    const mark = marks.get(atom.atom);
    if (mark) svg.append(drawMark(atom.atom, at[i], around[i], mark, size, scale, onAtom));
    if (mark && onAtom && scale > NUMBERED) svg.append(h("text", { class: "index", x: at[i][0], y: at[i][1] + 3, "text-anchor": "middle", "font-size": 8.5, "aria-hidden": "true" }, atomNumber(atom.atom)));
  }
  return svg;
}

function neighbours(bonds, at) {
  const around = at.map(() => []);
  for (const { begin, end } of bonds) {
    around[begin].push(at[end]);
    around[end].push(at[begin]);
  }
  return around;
}

/** The disc of a carbon, with the number of its peak in the widest gap between its bonds. */
function drawMark(atom, [x, y], around, mark, size, scale, onAtom) {
  const angles = around.map(([a, b]) => Math.atan2(b - y, a - x)).sort((a, b) => a - b);
  let free = -Math.PI / 2;
  let widest = -1;
  angles.forEach((angle, i) => {
    const gap = (angles[i + 1] ?? angles[0] + 2 * Math.PI) - angle;
    if (gap > widest) [widest, free] = [gap, angle + gap / 2];
  });
  const radius = Math.max(Math.min(scale * 0.24, 10), 5);
  const away = radius + size * 0.75;
  const known = mark.confidence !== undefined && mark.confidence !== null;
  const classes = ["atom", known ? "sure" : "free", known && mark.confidence < 0.5 ? "unsure" : "", mark.worst ? "worst" : ""];
  const button = onAtom
    ? { tabindex: "0", role: "button", onclick: () => onAtom(atom), onkeydown: (e) => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), onAtom(atom)) }
    : {};
  return h("g", { class: classes.join(" ").trim(), "data-atom": atom, "data-peak": mark.peak, "aria-label": onAtom && mark.label, "--hue": known ? hue(mark.confidence) : null, ...button },
    h("title", {}, mark.label),
    onAtom && h("circle", { cx: x, cy: y, r: Math.max(radius, 12), fill: "transparent" }),
    onAtom && h("circle", { class: "halo", cx: x, cy: y, r: radius }),
    h("circle", { class: "disc", cx: x, cy: y, r: radius }),
    mark.text ? h("text", { class: "number", x: x + away * Math.cos(free), y: y + away * Math.sin(free) + size * 0.35, "text-anchor": "middle", "font-size": size * 0.95 }, mark.text) : null);
}

function drawLabel(atom, [x, y], size) {
  const wide = size * 0.62 * atom.label.length;
  const start = atom.backwards ? x + size * 0.42 - wide : x - size * 0.42;
  return h("g", {},
    h("rect", { class: "halo", x: start - 1, y: y - size * 0.62, width: wide + 2, height: size * 1.24 }),
    h("text", { x: atom.backwards ? x + size * 0.42 : x - size * 0.42, y: y + size * 0.36, "text-anchor": atom.backwards ? "end" : "start", "font-size": size * 1.08 }, atom.label));
}

function drawBond({ begin, end, order, kind, side }, atoms, at, scale) {
  let [[x1, y1], [x2, y2]] = [at[begin], at[end]];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const gap = Math.min(scale * 0.24, 10);
  const [g1, g2] = [atoms[begin].label ? gap : 0, atoms[end].label ? gap : 0];
  [x1, y1, x2, y2] = [x1 + ux * g1, y1 + uy * g1, x2 - ux * g2, y2 - uy * g2];
  const [nx, ny] = [uy, -ux];
  const wide = scale * 0.09;
  if (kind === "wedge") {
    return [h("polygon", { class: "bond", points: `${x1},${y1} ${x2 + wide * nx},${y2 + wide * ny} ${x2 - wide * nx},${y2 - wide * ny}` })];
  }
  if (kind === "hash") {
    return [1, 2, 3, 4, 5, 6, 7].map((step) => {
      const t = step / 7;
      const [x, y, w] = [x1 + (x2 - x1) * t, y1 + (y2 - y1) * t, wide * t];
      return h("line", { class: "bond", x1: x - w * nx, y1: y - w * ny, x2: x + w * nx, y2: y + w * ny });
    });
  }
  const apart = 0.12 * scale;
  const offsets = { 1: [0], 2: side ? [0, side * apart] : [-apart / 2, apart / 2], 3: [-apart, 0, apart] }[Math.min(order, 3)];
  return offsets.map((offset) => {
    const inner = side && offset ? 0.12 * length : 0;
    return h("line", { class: "bond", x1: x1 + nx * offset + ux * inner, y1: y1 + ny * offset + uy * inner, x2: x2 + nx * offset - ux * inner, y2: y2 + ny * offset - uy * inner });
  });
}
