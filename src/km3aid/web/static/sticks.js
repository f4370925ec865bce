// Draw a spectrum from high to low shift: observed peaks upwards, predicted ones downwards.

import { h, hue } from "./dom.js";

/**
 * `observed`: {peak, ppm, confidence, label, worst, aside}; `predicted`: {ppm, worst, text, peak}. `onPeak(peak)` makes the observed
 * ones buttons.
 */
export function drawSticks({ observed, predicted, width, height, label, onPeak = null }) {
  const all = [...observed, ...predicted].map((s) => s.ppm);
  const high = 20 * Math.ceil((Math.max(...all, 10) + 4) / 20);
  const low = Math.min(20 * Math.floor((Math.min(...all) - 4) / 20), 0);
  const margin = 14;
  const base = predicted.length ? Math.round(height * 0.56) : height - 30;
  const at = (ppm) => margin + ((high - ppm) / (high - low)) * (width - 2 * margin);
  const svg = h("svg", { viewBox: `0 0 ${width} ${height}`, role: onPeak ? "group" : "img", "aria-label": label });
  const step = (high - low) / 20 > width / 34 ? 40 : 20;
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) {
    svg.append(
      h("line", { class: "axis", x1: at(tick), x2: at(tick), y1: height - 17, y2: height - 13 }),
      h("text", { class: "tick", x: at(tick), y: height - 3, "text-anchor": "middle", "font-size": 10.5 }, String(tick)));
  }
  svg.append(
    h("line", { class: "axis", x1: margin, x2: width - margin, y1: base, y2: base }),
    h("line", { class: "axis", x1: margin, x2: width - margin, y1: height - 17, y2: height - 17 }));
  for (const stick of predicted) {
    svg.append(h("g", { class: stick.worst ? "predicted worst" : "predicted", "data-peak": stick.peak },
      h("title", {}, `predicted ${stick.ppm.toFixed(1)} ppm`),
      h("line", { x1: at(stick.ppm), x2: at(stick.ppm), y1: base, y2: height - (stick.text ? 31 : 21) }),
      stick.text ? h("text", { x: at(stick.ppm), y: height - 20, "text-anchor": "middle", "font-size": 10.5 }, stick.text) : null));
  }
  if (onPeak) {
    const says = (text, x, y, anchor) => h("text", { class: "tick caption", x, y, "text-anchor": anchor, "font-size": 10.5 }, text);
    svg.append(says("observed", 4, 11, "start"), says("δ / ppm", width - 4, height - 21, "end"));
    if (predicted.length) svg.append(says("predicted", 4, height - 21, "start"));
  }
  const levels = onPeak ? 4 : 0;
  const top = 12 + 12 * levels;
  const placed = [];
  for (const stick of [...observed].sort((a, b) => b.ppm - a.ppm)) {
    const x = at(stick.ppm);
    const taken = new Set(placed.filter(([other]) => Math.abs(x - other) < 15).map(([, level]) => level));
    const level = [0, 1, 2, 3].find((l) => !taken.has(l)) ?? 0;
    placed.push([x, level]);
    svg.append(drawStick(stick, x, base, top, level, onPeak));
  }
  return svg;
}

function drawStick(stick, x, base, top, level, onPeak) {
  const known = stick.confidence !== null && stick.confidence !== undefined;
  const line = h("line", { x1: x, x2: x, y1: base, y2: top });
  const paint = { "--hue": known ? hue(stick.confidence) : null };
  if (!onPeak) return h("g", { class: stick.aside ? "shown aside" : stick.worst ? "shown worst" : "shown", "data-peak": stick.peak, ...paint }, h("title", {}, stick.label), line);
  return h("g", {
    class: `stick ${known ? "sure" : "none"}${stick.aside ? " aside" : ""}`, "data-peak": stick.peak, "data-grab": stick.peak, tabindex: "0", role: "button",
    "aria-label": stick.label, ...paint, onclick: () => onPeak(stick.peak),
    onkeydown: (e) => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), onPeak(stick.peak)),
  },
  h("title", {}, stick.label),
  h("rect", { class: "grip", x: x - 6, y: top - 12 * level - 14, width: 12, height: base - top + 12 * level + 14 }),
  line,
  h("text", { x, y: top - 4 - 12 * level, "text-anchor": "middle", "font-size": 11.5 }, String(stick.peak + 1)));
}
