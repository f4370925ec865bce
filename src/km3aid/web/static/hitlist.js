// How hits are looked at: as cards or as a table that sorts, filtered by words, some of them chosen for a comparison.

import { copy, h, show, byId, toast } from "./dom.js";
import { MOST, showComparison } from "./compare.js";
import { grid } from "./grid.js";
import { change } from "./state.js";
import { noveltyOf, ORIGINS, percent } from "./words.js";

const KEPT = "km3aid-hits"; // cards or table, of this browser
const lists = new Map(); // task → {answer, chosen, words, grid}

/** Draw the tools, the table and the comparison of a task's answer (or null); its cards stand already. */
export function drawHitList(task, answer) {
  const list = listOf(task);
  if (list.answer !== answer) {
    Object.assign(list, { answer, chosen: [], words: "" });
    list.grid.filter("");
    list.grid.rows((answer?.value.hits ?? []).map((hit) => ({ key: hit.rank, hit, list })));
  }
  draw(task);
}

function listOf(task) {
  if (!lists.has(task)) {
    const list = { task, answer: undefined, chosen: [], words: "" };
    list.grid = grid(byId(`${task}-table`), columns(task));
    lists.set(task, list);
  }
  return lists.get(task);
}

function draw(task) {
  const { answer, chosen, words } = listOf(task);
  const hits = answer?.value.hits ?? [];
  const table = localStorage.getItem(KEPT) === "table";
  const tool = (name, pressed, act) => h("button", { type: "button", class: "quiet", "data-key": name, "aria-pressed": String(pressed), onclick: act }, name);
  show(byId(`${task}-tools`), hits.length > 0 && [
    tool("Cards", !table, () => look(task, "cards")), tool("Table", table, () => look(task, "table")),
    h("label", { "data-key": "filter" }, "Filter ", h("input", { "data-key": "words", value: words, autocomplete: "off", spellcheck: "false", placeholder: "name or SMILES", oninput: (event) => filter(task, event.target.value) })),
    h("span", { class: "note", "data-key": "note" }, chosen.length === 1 ? `choose one or two more to compare with hit ${chosen[0]}` : ""),
  ]);
  byId(`${task}-cards`).hidden = table;
  byId(`${task}-table-box`).hidden = !table || !hits.length;
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  [...byId(`${task}-cards`).children].forEach((card, n) => {
    const { name, smiles, origin } = hits[n];
    card.hidden = !wanted.every((word) => `${name ?? ""} ${smiles}${origin ? ` ${hits[n].formula} ${noveltyOf(hits[n])} ${ORIGINS[origin]}` : ""}`.toLowerCase().includes(word));
    const box = card.querySelector(".compare input");
    if (box) box.checked = chosen.includes(hits[n].rank);
  });
  listOf(task).grid.draw();
  showComparison(byId(`${task}-compare`), answer, chosen.map((rank) => hits.find((hit) => hit.rank === rank)), () => draw(task));
}

function look(task, kind) {
  localStorage.setItem(KEPT, kind);
  draw(task);
}

function filter(task, words) {
  listOf(task).words = words;
  listOf(task).grid.filter(words);
  draw(task);
}

/** Take a hit into the comparison of its task, or out of it. */
export function compareHit(task, rank) {
  const list = listOf(task);
  const out = list.chosen.includes(rank);
  if (!out && list.chosen.length === MOST) toast(`${MOST} hits are compared at most; the first one gave way`);
  list.chosen = out ? list.chosen.filter((other) => other !== rank) : [...list.chosen, rank].slice(-MOST);
  draw(task);
}

/** What the table says of proposals beside. */
const PROPOSED = [
  { title: "Formula", value: ({ hit }) => hit.formula },
  { title: "Library", value: ({ hit }) => noveltyOf(hit), hint: "Whether an entry of the library has this connectivity" },
  { title: "Origin", value: ({ hit }) => ORIGINS[hit.origin] },
];

const columns = (task) => [
  { title: "#", value: ({ hit }) => hit.rank },
  { title: "Compare", value: () => null, cell: ({ hit, list }) => h("input", { type: "checkbox", checked: list.chosen.includes(hit.rank), "data-key": `compare-${hit.rank}`, "aria-label": `Compare hit ${hit.rank}`, onchange: () => compareHit(task, hit.rank) }) },
  { title: "Name", value: ({ hit }) => hit.name },
  { title: "Probability", value: ({ hit }) => hit.probability, cell: ({ hit }) => percent(hit.probability) },
  { title: "Similarity", value: ({ hit }) => hit.graph_score, cell: ({ hit }) => hit.graph_score.toFixed(3), hint: "Of molecule and spectrum as wholes" },
  { title: "Match", value: ({ hit }) => hit.match_score, cell: ({ hit }) => hit.match_score.toFixed(1), hint: "Of the single peaks: a log-likelihood" },
  ...(task === "elucidate" ? PROPOSED : []),
  { title: "SMILES", value: ({ hit }) => hit.smiles },
  { title: "", value: () => null, cell: ({ hit }) => [
    h("button", { class: "quiet", "aria-label": `Copy the SMILES of hit ${hit.rank}`, onclick: () => copy(hit.smiles) }, "Copy"),
    h("button", { class: "quiet", "aria-label": `Assign hit ${hit.rank}`, onclick: () => change({ structure: hit.smiles, pinned: {}, task: "assign" }) }, "Assign")] },
];
