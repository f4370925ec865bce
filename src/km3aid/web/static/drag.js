// Drag a peak onto a carbon with mouse, pen or finger, and light up what belongs together.

import { byId } from "./dom.js";

const STARTS_AFTER = 6; // pixels

/** Elements with data-grab can be dragged onto elements with data-atom. */
export function grabbing(root, { label, onDrop }) {
  let held = null; // {peak, x, y, moving}
  const ghost = byId("ghost");
  let target = null;

  const aim = (found) => {
    if (target === found) return;
    target?.classList.remove("target");
    target = found;
    target?.classList.add("target");
  };
  const end = () => {
    aim(null);
    ghost.hidden = true;
    document.documentElement.classList.remove("dragging");
    held = null;
  };
  root.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grab]");
    if (grip && event.button === 0) held = { peak: Number(grip.dataset.grab), x: event.clientX, y: event.clientY, moving: false };
  });
  addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!held.moving && Math.hypot(event.clientX - held.x, event.clientY - held.y) < STARTS_AFTER) return;
    if (!held.moving) {
      held.moving = true;
      ghost.textContent = label(held.peak);
      ghost.hidden = false;
      document.documentElement.classList.add("dragging");
    }
    event.preventDefault();
    ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY - 30}px)`;
    aim(document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-atom]") ?? null);
  });
  addEventListener("pointerup", () => {
    if (!held) return;
    const { peak, moving } = held;
    const atom = target === null ? null : Number(target.dataset.atom);
    end();
    if (!moving) return;
    const swallow = (event) => event.stopPropagation();
    addEventListener("click", swallow, { capture: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    if (atom !== null) onDrop(peak, [atom]);
  });
  addEventListener("pointercancel", end);
}

/** Hovering over a peak, or focusing it, lights up everything that belongs to it within its card or task. */
export function lighting() {
  const light = (from) => {
    const peak = from?.dataset.peak;
    document.querySelectorAll(".lit").forEach((e) => e.classList.remove("lit"));
    if (peak === undefined) return;
    const scope = from.closest(".card") ?? document.querySelector(".layout");
    scope.querySelectorAll(`[data-peak="${peak}"]`).forEach((e) => (scope.matches(".card") || !e.closest(".card")) && e.classList.add("lit"));
  };
  for (const name of ["pointerover", "focusin"]) {
    document.addEventListener(name, (event) => light(event.target.closest?.("[data-peak]")));
  }
}
