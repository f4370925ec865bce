// Draw a structure from the coordinates of its atoms; carbons carry marks and can be pointed at.

import { h } from "./dom.js";
import { placeTexts } from "./lettering.js";
import { atomNumber, hue } from "./words.js";

const NUMBERED = 33; // pixels per bond, above which a number fits into a carbon
const REACH = 14; // pixels around a carbon in which the pointer means it
const MARGIN = 30;
const WHOLE = { zoom: 1, x: 0, y: 0 };

/**
 * `marks`: atom → {text, fit, unsure, label, worst, peak}; `view`: {zoom, x, y}, the shift of its middle in pixels;
 * `onAtom(atom)` makes every carbon a button that shows its number.
 */
export function drawMolecule(drawing, { marks = new Map(), width, height, label, view = WHOLE, onAtom = null }) {
  const { atoms, bonds } = drawing;
  const { at, scale } = placed(atoms, width, height, view);
  const size = Math.max(Math.min(scale * 0.34, 14), 7.5);
  const around = neighbours(bonds, at);
  const carbons = atoms.flatMap((atom, i) => (marks.has(atom.atom) ? [i] : []));
  const radius = Math.max(Math.min(scale * 0.24, 10), 5);
  const texts = carbons.map((i) => ({ x: at[i][0], y: at[i][1], text: marks.get(atoms[i].atom).text, free: widestGap(at[i], around[i]), radius }));
  const places = placeTexts(texts, bonds.map(({ begin, end }) => [at[begin], at[end]]), at, size);
  return h("svg", { viewBox: `0 0 ${width} ${height}`, role: onAtom ? "group" : "img", "aria-label": label },
    bonds.map((bond) => drawBond(bond, atoms, at, scale)),
    atoms.map((atom, i) => (atom.label ? drawLabel(atom, at[i], size) : null)),
    carbons.map((i, n) => drawMark(atoms[i].atom, at[i], {
      mark: marks.get(atoms[i].atom), place: places[n], reach: Math.min(REACH, nearest(at, carbons, i) / 2), radius, size, onAtom,
    })),
    onAtom && scale > NUMBERED && carbons.map((i) => drawNumber(atoms[i].atom, at[i])));
}

const drawNumber = (atom, [x, y]) => h("text", { class: "index", "data-of": atom, x, y: y + 3, "text-anchor": "middle", "font-size": 8.5, "aria-hidden": "true" }, atomNumber(atom));

function placed(atoms, width, height, { zoom, x, y }) {
  const xs = atoms.map((a) => a.x);
  const ys = atoms.map((a) => a.y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = zoom * Math.min(44, (width - 2 * MARGIN) / Math.max(right - left, 0.1), (height - 2 * MARGIN) / Math.max(high - low, 0.1));
  const at = atoms.map((a) => [width / 2 + x + (a.x - (left + right) / 2) * scale, height / 2 + y - (a.y - (low + high) / 2) * scale]);
  return { at, scale };
}

function neighbours(bonds, at) {
  const around = at.map(() => []);
  for (const { begin, end } of bonds) {
    around[begin].push(at[end]);
    around[end].push(at[begin]);
  }
  return around;
}

const nearest = (at, carbons, i) => Math.min(...carbons.filter((j) => j !== i).map((j) => Math.hypot(at[i][0] - at[j][0], at[i][1] - at[j][1])));

/** The direction in which there is most room between the bonds of an atom. */
function widestGap([x, y], around) {
  const angles = around.map(([a, b]) => Math.atan2(b - y, a - x)).sort((a, b) => a - b);
  const gaps = angles.map((angle, i) => ({ from: angle, wide: (angles[i + 1] ?? angles[0] + 2 * Math.PI) - angle }));
  const widest = gaps.reduce((best, gap) => (gap.wide > best.wide + 1e-9 ? gap : best), { from: -Math.PI / 2, wide: 0 });
  return widest.from + widest.wide / 2;
}

/** The disc of a carbon, and its text at `place`. */
function drawMark(atom, [x, y], { mark, place, reach, radius, size, onAtom }) {
  const known = mark.fit !== undefined && mark.fit !== null;
  const classes = ["atom", known ? "sure" : "free", mark.unsure && "unsure", mark.worst && "worst"].filter(Boolean);
  const button = onAtom ? { "data-key": `atom-${atom}`, tabindex: "-1", role: "button", "aria-label": mark.label, onclick: () => onAtom(atom) } : {};
  return h("g", { class: classes.join(" "), "data-atom": atom, "data-peak": mark.peak, "--hue": known ? hue(mark.fit) : null, ...button },
    h("title", {}, mark.label),
    onAtom && h("circle", { class: "reach", cx: x, cy: y, r: Math.max(reach, 3) }),
    onAtom && h("circle", { class: "halo", cx: x, cy: y, r: radius }),
    h("circle", { class: "disc", cx: x, cy: y, r: radius }),
    place && h("text", { class: "number", x: place[0], y: place[1] + size * 0.35, "text-anchor": "middle", "font-size": size * 0.95 }, mark.text));
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
