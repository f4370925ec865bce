// Draw a spectrum from high to low shift: observed peaks upwards, predicted ones downwards.

import { h } from "./dom.js";
import { cells, spread } from "./spread.js";
import { fullHeight, heightAt, pointsOf } from "./trace.js";
import { hue, withinText } from "./words.js";

const MARGIN = 14;
const LABEL_WIDTH = 19;
const LABEL_HEIGHT = 13;
const LEADER = 12; // height in which a line leads from a peak to its label
const REACH = 14; // pixels beside a peak in which the pointer means it
const RESIDUAL = 10; // height in which a line leads from a peak to its prediction: the more it leans, the larger the deviation
const LEAST_APART = 3; // pixels between peaks that coincide, so that each can be pointed at

/** The shifts that a whole spectrum spans, in round numbers: {high, low}. */
export function wholeRange(shifts) {
  const high = 20 * Math.ceil((Math.max(...shifts, 10) + 4) / 20);
  return { high, low: Math.min(20 * Math.floor((Math.min(...shifts, 10) - 4) / 20), 0) };
}

/** Where a shift lies on a drawing of this width, and back. */
export function axis({ high, low }, width) {
  const perPpm = (width - 2 * MARGIN) / (high - low);
  return { at: (ppm) => MARGIN + (high - ppm) * perPpm, ppm: (x) => high - (x - MARGIN) / perPpm };
}

/**
 * `observed`: {peak, number, ppm, fit, label, worst, aside, height}; `predicted`: {ppm, std, interval, worst, text, peak, observed}, the
 * last being the shifts of its peaks. `onPeak(peak)`
 * makes the observed ones buttons with numbers; without it the drawing is a small picture. A measured `trace` stands
 * behind them, with the lines that were set `aside`: {ppm, label}.
 */
export function drawSticks({ observed, predicted, width, height, label, range, trace = null, aside = [], onPeak = null }) {
  const whole = range ?? wholeRange([...observed, ...predicted].map((s) => s.ppm));
  const { at } = axis(whole, width);
  const inside = ({ ppm }) => ppm <= whole.high && ppm >= whole.low;
  const seen = observed.filter(inside).sort((a, b) => b.ppm - a.ppm);
  const rows = onPeak ? Math.min(Math.ceil((seen.length * LABEL_WIDTH) / (width - 2 * MARGIN)) || 1, 3) : 0;
  const top = onPeak ? 14 + rows * LABEL_HEIGHT + LEADER : 12;
  const base = predicted.length ? Math.round(top + (height - top) * 0.48) : height - 30;
  return h("svg", { viewBox: `0 0 ${width} ${height}`, role: onPeak ? "group" : "img", "aria-label": label },
    drawAxis(whole, at, width, height, base),
    trace && drawTrace(trace, { whole, at, base, top, shifts: observed.map((s) => s.ppm) }),
    aside.filter(inside).map((stick) => drawShown(stick, at(stick.ppm), base, base - (base - top) / 3)),
    predicted.filter(inside).map((stick) => drawPredicted(stick, at, base, height)),
    predicted.filter(inside).flatMap((stick) => (stick.observed ?? []).map((ppm) => h("line", { class: "residual", x1: at(ppm), y1: base, x2: at(stick.ppm), y2: base + RESIDUAL }))),
    onPeak && drawCaptions(width, height, predicted.length > 0),
    onPeak ? drawObserved(seen, { at, base, top, rows, width, onPeak }) : seen.map((stick) => drawShown(stick, at(stick.ppm), base, top)));
}

/** The height of a peak on a trace, as a share of the picture. */
export const shareOf = (trace, ppm, full) => Math.min(Math.max(heightAt(trace, ppm) / full, 0.1), 1);

function drawTrace(trace, { whole, at, base, top, shifts }) {
  const full = fullHeight(trace, shifts);
  const y = (height) => Math.round(10 * (base - (base - top) * Math.max(Math.min(height / full, 1), -0.08))) / 10;
  return h("polyline", { class: "trace", points: pointsOf(trace, whole, at, y) });
}

function drawAxis({ high, low }, at, width, height, base) {
  const step = [1, 2, 5, 10, 20, 40].find((s) => (high - low) / s <= width / 36) ?? 50;
  const ticks = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return [
    ticks.map((tick) => h("line", { class: "axis", x1: at(tick), x2: at(tick), y1: height - 17, y2: height - 13 })),
    ticks.map((tick) => h("text", { class: "tick", x: at(tick), y: height - 3, "text-anchor": "middle", "font-size": 10.5 }, String(tick))),
    h("line", { class: "axis", x1: MARGIN, x2: width - MARGIN, y1: base, y2: base }),
    h("line", { class: "axis", x1: MARGIN, x2: width - MARGIN, y1: height - 17, y2: height - 17 }),
  ];
}

function drawCaptions(width, height, withPredicted) {
  const says = (text, x, y, anchor) => h("text", { class: "tick caption", x, y, "text-anchor": anchor, "font-size": 10.5 }, text);
  return [says("observed", 4, 11, "start"), says("δ / ppm", width - 4, height - 21, "end"), withPredicted && says("predicted", 4, height - 21, "start")];
}

function drawPredicted(stick, at, base, height) {
  const x = at(stick.ppm);
  const bottom = height - (stick.text ? 31 : 21);
  const wide = (ppm) => (ppm ? at(stick.ppm - ppm) - x : 0);
  const band = (half, name) => half > 0 && h("rect", { class: name, x: x - half, y: base + 1, width: 2 * half, height: bottom - base - 1 });
  return h("g", { class: stick.worst ? "predicted worst" : "predicted", "data-peak": stick.peak },
    h("title", {}, [`predicted ${stick.ppm.toFixed(1)}${stick.std ? ` ± ${stick.std.toFixed(1)}` : ""} ppm`, withinText(stick.ppm, stick.interval)].filter(Boolean).join("; ")),
    band(wide(stick.interval), "reach95"), band(wide(stick.std), "spread"),
    h("line", { x1: x, x2: x, y1: base + (stick.observed?.length ? RESIDUAL : 0), y2: bottom }),
    stick.text && h("text", { x, y: height - 20, "text-anchor": "middle", "font-size": 10.5 }, stick.text));
}

function drawShown(stick, x, base, top) {
  return h("g", { class: `shown${stick.aside ? " aside" : stick.worst ? " worst" : ""}`, "data-peak": stick.peak },
    h("title", {}, stick.label), h("line", { x1: x, x2: x, y1: base, y2: top }));
}

/** Peaks that can be pointed at: each owns the strip around its line and the ground of its label, which overlap nowhere. */
function drawObserved(seen, { at, base, top, rows, width, onPeak }) {
  const places = seen.map(({ ppm }) => at(ppm));
  const strips = cells(spread(places, LEAST_APART, MARGIN, width - MARGIN), REACH);
  const labels = spread(places, LABEL_WIDTH / rows, MARGIN, width - MARGIN);
  return seen.map((stick, n) => {
    const [x, [left, right], labelX] = [places[n], strips[n], labels[n]];
    const labelY = 22 + (rows - 1 - (n % rows)) * LABEL_HEIGHT;
    const end = base - (base - top) * (stick.height ?? 1);
    const known = stick.fit !== null && stick.fit !== undefined;
    return h("g", {
      class: `stick ${known ? "sure" : "none"}${stick.aside ? " aside" : ""}`, "--hue": known ? hue(stick.fit) : null,
      "data-key": `stick-${stick.peak}`, "data-peak": stick.peak, "data-grab": stick.peak, tabindex: "-1", role: "button", "aria-label": stick.label,
      onclick: () => onPeak(stick.peak),
    },
    h("title", {}, stick.label),
    h("rect", { class: "grip", x: left, y: top - LEADER / 2, width: right - left, height: base - top + LEADER / 2 }),
    h("rect", { class: "grip", x: labelX - LABEL_WIDTH / 2, y: labelY - LABEL_HEIGHT + 2, width: LABEL_WIDTH, height: LABEL_HEIGHT }),
    h("polyline", { class: "leader", points: `${x},${end} ${x},${top - 2} ${labelX},${top - LEADER + 2} ${labelX},${labelY + 3}` }),
    h("line", { x1: x, x2: x, y1: base, y2: end }),
    h("text", { x: labelX, y: labelY, "text-anchor": "middle", "font-size": 11.5 }, String(stick.number)));
  });
}
