// Make elements, find them, and bring what is on the page into line with what should be there.

export const byId = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "g", "line", "polyline", "polygon", "circle", "rect", "text", "title"]);

/** An element with attributes, `on…` listeners, and children (elements or text; null and false are skipped). */
export function h(tag, attributes = {}, ...children) {
  const made = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made[name] = value;
    else if (name.startsWith("--")) made.style.setProperty(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(2).filter((c) => c !== null && c !== undefined && c !== false));
  return made;
}

/**
 * Let `box` hold these children. Elements that are there already stay, so focus, caret and scroll position do too: an
 * element with `data-key` is found again by it, another by its place.
 */
export const show = (box, ...children) => alignChildren(box, h("div", {}, ...children).childNodes);

const LISTENERS = ["onclick", "onchange", "oninput", "onkeydown", "onsubmit", "onfocus"];
const keyOf = (node) => node.dataset?.key;
const sameKind = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function alignChildren(parent, children) {
  const wanted = [...children];
  const keys = new Set(wanted.map(keyOf));
  const known = new Map([...parent.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let next = parent.firstChild;
  for (const fresh of wanted) {
    while (next && keyOf(next) && !keys.has(keyOf(next))) next = removed(next);
    const old = keyOf(fresh) ? known.get(keyOf(fresh)) : next;
    if (!old || !sameKind(old, fresh)) parent.insertBefore(fresh, next);
    else {
      if (old === next) next = next.nextSibling;
      else parent.insertBefore(old, next);
      align(old, fresh);
    }
  }
  while (next) next = removed(next);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function align(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) === value) continue;
    if (name === "style") old.style.cssText = value; // the policy of the page refuses the attribute itself
    else old.setAttribute(name, value);
  }
  for (const name of LISTENERS) if (old[name] !== fresh[name]) old[name] = fresh[name];
  alignChildren(old, fresh.childNodes);
  if (old.matches("input, select, textarea") && old !== document.activeElement) {
    if (old.value !== fresh.value) old.value = fresh.value;
    if (old.checked !== fresh.checked) old.checked = fresh.checked;
  }
}

/** Show a message in its element, or hide the element where there is none. */
export function say(id, message) {
  const where = byId(id);
  where.textContent = message ?? "";
  where.hidden = !message;
}

let clearing = 0;
/** A short message at the edge of the page; `action`: {text, run} adds a button. */
export function toast(message, action = null) {
  show(byId("toast"), message, action && h("button", { onclick: () => (toast(""), action.run()) }, action.text));
  clearTimeout(clearing);
  if (message) clearing = setTimeout(() => toast(""), action ? 10_000 : 5000);
}

/** Give the user a file. */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Put a text into the clipboard; browsers allow it on secure pages only. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("This browser does not let the page copy");
  }
}
