// Zoom a figure with wheel, keys and buttons, move it or choose a part by dragging its ground.

const PER_PIXEL = 0.002;
const STEP = 1.5;
const DRAG_AFTER = 4; // pixels

/**
 * `zoom(factor, x, y)` about a point in pixels, false where it changes nothing; `drag(from, to, ended)` with points
 * {x, y}; `whole()`. Dragging what can be grabbed or clicked stays as it is, and a finger scrolls the page.
 */
export function zooming(box, { zoom, drag, whole }) {
  const canvas = box.querySelector(".canvas");
  const point = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const middle = () => [canvas.clientWidth / 2, canvas.clientHeight / 2];
  canvas.addEventListener("wheel", (event) => {
    const { x, y } = point(event);
    if (zoom(Math.exp(-event.deltaY * PER_PIXEL), x, y)) event.preventDefault();
  }, { passive: false });
  canvas.addEventListener("dblclick", whole);
  box.addEventListener("keydown", (event) => {
    if (event.target.matches("select") || event.ctrlKey || event.metaKey) return;
    const act = { "+": () => zoom(STEP, ...middle()), "=": () => zoom(STEP, ...middle()), "-": () => zoom(1 / STEP, ...middle()), 0: whole }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  for (const [name, act] of [["in", () => zoom(STEP, ...middle())], ["out", () => zoom(1 / STEP, ...middle())], ["whole", whole]]) {
    box.querySelector(`[data-zoom="${name}"]`).addEventListener("click", act);
  }
  dragging(canvas, point, drag);
}

function dragging(canvas, point, drag) {
  let from = null;
  let moving = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || event.target.closest("[data-grab], [data-atom]")) return;
    from = point(event);
    moving = false;
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = point(event);
    moving ||= Math.hypot(to.x - from.x, to.y - from.y) > DRAG_AFTER;
    if (!moving) return;
    event.preventDefault();
    drag(from, to, false);
  });
  addEventListener("pointerup", (event) => {
    if (from && moving) drag(from, point(event), true);
    from = null;
  });
}
