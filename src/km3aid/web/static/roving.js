// Many things as one stop of the Tab key: arrow keys move within.

/**
 * Of the elements in `box` that match `selector`, one can be reached by Tab: the one that had the focus last. Arrow keys,
 * Home and End move to the element that `next(elements, current, key)` gives. Returns a function to call after a change.
 */
export function roving(box, selector, next = inOrder) {
  let last = null;
  const items = () => [...box.querySelectorAll(selector)];
  const refresh = () => {
    const found = items();
    const current = found.find((item) => item.dataset.key === last) ?? found[0];
    for (const item of found) item.tabIndex = item === current ? 0 : -1;
  };
  box.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (!item) return;
    last = item.dataset.key;
    refresh();
  });
  box.addEventListener("keydown", (event) => {
    const item = event.target.closest(selector);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === "Enter" || event.key === " ") && item instanceof SVGElement) {
      event.preventDefault();
      item.onclick?.();
      return;
    }
    const target = next(items(), item, event.key);
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
  return refresh;
}

/** Up and left go back, down and right go on. */
export function inOrder(items, current, key) {
  const place = items.indexOf(current);
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
  if (step) return items[place + step];
  return { Home: items[0], End: items.at(-1) }[key];
}

/** The nearest one in the direction of the arrow, as it lies on the screen. */
export function inDirection(items, current, key) {
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!direction) return inOrder(items, current, key);
  const middle = (item) => {
    const { left, top, width, height } = (item.querySelector(".disc") ?? item).getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(current);
  const ahead = items.filter((item) => item !== current).map((item) => {
    const [dx, dy] = [middle(item)[0] - x, middle(item)[1] - y];
    return { item, along: dx * direction[0] + dy * direction[1], aside: Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]) };
  }).filter(({ along, aside }) => along > 1 && along > aside / 2);
  return ahead.sort((a, b) => a.along + 2 * a.aside - b.along - 2 * b.aside)[0]?.item;
}
