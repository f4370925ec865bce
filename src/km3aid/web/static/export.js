// Save the answer that is shown, in any format that the service writes.

import { getModels, post } from "./api.js";
import { shownAnswer } from "./assign.js";
import { byId, copy, download, h, show, toast } from "./dom.js";
import { shownElucidation } from "./elucidate.js";
import { shownRank } from "./rank.js";
import { shownSearch } from "./search.js";
import { onChange, state } from "./state.js";
import { shownVerification } from "./verify.js";

const SHOWN = { assign: shownAnswer, verify: shownVerification, rank: shownRank, search: shownSearch, elucidate: shownElucidation };
const TITLES = { html: "A page to keep or print: picture, table, verdict, settings, model and date", pdf: "The picture" };
let formats = {};

export async function setUpExports() {
  onChange((changed) => changed.has("peaks") && draw());
  formats = (await getModels()).formats;
  draw();
}

function draw() {
  for (const place of document.querySelectorAll("[data-export]")) {
    const task = place.dataset.export === "assign" && !state.peaks.length ? "predict" : place.dataset.export;
    show(place, h("span", { class: "note" }, "Save as"),
      place.dataset.export === "assign" && h("button", { "data-key": "copy", title: "Copy the rows, for a spreadsheet", onclick: copyRows }, "Copy rows"),
      place.dataset.export === "assign" && h("button", { "data-key": "line", title: "Copy it as the line of a publication", onclick: copyLine }, "Copy line"),
      (formats[task] ?? []).map((format) => h("button", { "data-key": format, "aria-label": `${format === "html" ? "Report: save" : "Save"} as ${format}`, title: TITLES[format], onclick: () => save(SHOWN[place.dataset.export](), format) }, format === "html" ? "Report" : format.toUpperCase())));
  }
}

/** The table of the assignment as text with tabs. */
function copyRows() {
  const rows = [...byId("assignment").rows].filter((row) => !row.matches(".choices"));
  copy(rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")).join("\t")).join("\n"));
}

async function copyLine() {
  const shown = shownAnswer();
  if (!shown) return toast("There is nothing to copy yet");
  try {
    return copy((await (await post(`api/${shown.task}?format=journal`, shown.request)).text()).trim());
  } catch (error) {
    return toast(error.message);
  }
}

async function save(shown, format) {
  if (!shown) return toast("There is nothing to save yet");
  try {
    download(await (await post(`api/${shown.task}?format=${format}`, shown.request)).blob(), `km3aid-${shown.task}.${format}`);
  } catch (error) {
    toast(error.message);
  }
  return undefined;
}
