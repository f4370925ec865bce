// The answer of Rank or Search: a card per hit, "none of these", and whether it is an answer to what is entered now.

import { showCards } from "./cards.js";
import { byId, h, show } from "./dom.js";
import { compareHit, drawHitList } from "./hitlist.js";
import { otherWarnings } from "./extras.js";
import { markStale } from "./stale.js";
import { isUnread } from "./state.js";
import { percent } from "./words.js";

/** `task` begins the names of the elements; `request` is what would be asked now, or null. */
export function drawHits(task, question, request, { renew, busy, status }) {
  const { answer } = question;
  const stale = answer !== null && (isUnread() || request === null || question.isStale(request));
  byId(`${task}-status`).textContent = question.waiting ? busy : answer ? [status(answer), ...otherWarnings(answer.value.warnings)].join(" · ") : "";
  byId(`${task}-head`).hidden = answer === null;
  markStale(`${task}-stale`, [`${task}-result`], stale ? "These are the hits of an earlier entry, and what is saved here is too." : null, isUnread() || question.waiting ? null : renew);
  const present = answer?.value.present;
  showCards(byId(`${task}-cards`), answer, (rank) => compareHit(task, rank));
  drawHitList(task, answer);
  show(byId(`${task}-none`), typeof present === "number" && none(present));
}

const none = (present) => h("p", { class: "none-of-these" }, h("strong", {}, `None of these: ${percent(1 - present)}`),
  h("span", { class: "note" }, " the right structure may not be among those that were compared"));
