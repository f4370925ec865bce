// A table that is sorted by its headings and filtered by words.

import { h, show } from "./dom.js";

const MOST_ROWS = 1000;

/**
 * `columns`: {title, value(row), cell(row), hint}; `value` is what is sorted and filtered by, `cell` what is shown. Rows
 * have a `key`. Returns {rows, filter, draw}: take rows, take words, show again.
 */
export function grid(table, columns) {
  let rows = [];
  let words = [];
  let by = null;
  let down = false;
  const text = (row) => columns.map((c) => c.value(row) ?? "").join(" ").toLowerCase();
  const draw = () => {
    const shown = rows.filter((row) => words.every((word) => text(row).includes(word)));
    if (by) shown.sort((a, b) => compare(by.value(a), by.value(b), down));
    show(table.tHead, h("tr", {}, columns.map(heading)));
    show(table.tBodies[0], shown.slice(0, MOST_ROWS).map((row) => h("tr", { "data-key": `row-${row.key}` },
      columns.map((c) => h("td", { class: typeof c.value(row) === "number" ? "number" : null }, c.cell ? c.cell(row) : c.value(row))))),
    shown.length > MOST_ROWS && h("tr", { "data-key": "more" }, h("td", { colspan: columns.length, class: "note" }, `the first ${MOST_ROWS} of ${shown.length.toLocaleString("en")} rows: filter, or save the answers`)));
  };
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const from = event.target.closest("tr");
    if (!step || !from) return;
    const controls = (row) => [...row.querySelectorAll("button, input")];
    const place = controls(from).indexOf(event.target);
    const to = controls(table.rows[from.rowIndex + step] ?? from)[place];
    event.preventDefault();
    to?.focus();
  });
  const heading = (c) => h("th", { scope: "col", "aria-sort": by === c ? (down ? "descending" : "ascending") : null, title: c.hint },
    c.title && h("button", { type: "button", class: "sort", "data-key": `sort-${c.title}`, onclick: () => sortBy(c) }, c.title, by === c && (down ? " ↓" : " ↑")));
  const sortBy = (c) => {
    [by, down] = by === c ? [c, !down] : [c, false];
    draw();
  };
  return {
    draw,
    rows: (found) => ((rows = found), draw()),
    filter: (entered) => ((words = entered.toLowerCase().split(/\s+/).filter(Boolean)), draw()),
  };
}

/** Nothing comes last, whichever way. */
function compare(a, b, down) {
  const [left, right] = [a === null || a === undefined || a === "", b === null || b === undefined || b === ""];
  if (left || right) return left - right;
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  return down ? -order : order;
}
