// What is shown though the page has moved on is greyed, and says so.

import { byId, h, show } from "./dom.js";

/** Grey the elements with these ids and say why in the one called `note`; null: they are up to date. `act`: {text, run} renews. */
export function markStale(note, ids, reason, act = null) {
  for (const id of ids) byId(id).classList.toggle("stale", reason !== null);
  byId(note).hidden = reason === null;
  show(byId(note), reason && h("span", {}, reason), reason && act && h("button", { onclick: act.run }, act.text));
}
