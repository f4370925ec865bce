// Make elements and find them.

export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "g", "line", "polygon", "circle", "rect", "text", "title"]);

/** An element with attributes, `on…` listeners, and children (elements or text; null is skipped). */
export function h(tag, attributes = {}, ...children) {
  const made = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) made.style.setProperty(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((c) => c !== null && c !== undefined));
  return made;
}

/** Show a message in its element, or hide the element where there is none. */
export function say(id, message) {
  const where = byId(id);
  where.textContent = message ?? "";
  where.hidden = !message;
}

let clearing = 0;
export function toast(message) {
  byId("toast").textContent = message;
  clearTimeout(clearing);
  clearing = setTimeout(() => (byId("toast").textContent = ""), 4000);
}

/** Atoms as people number them: from 1, in the order of the structure. The service and data-atom count from 0. */
export const atomNumber = (atom) => String(atom + 1);
export const carbonName = (atom) => `C${atomNumber(atom)}`;

/** Whole per cents, but 100 % and 0 % only for what is certain. */
export function percent(share) {
  if (share > 0.995 && share < 1) return "> 99 %";
  if (share > 0 && share < 0.005) return "< 1 %";
  return `${Math.round(share * 100)} %`;
}

/** Hue of a confidence: from red at one half and below, through amber, to bluish green at one. */
export const hue = (confidence) => 8 + 157 * Math.min(Math.max((confidence - 0.5) / 0.5, 0), 1);
