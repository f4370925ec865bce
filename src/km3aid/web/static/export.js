// Save an answer in any format that the service writes.

import { getModels, post } from "./api.js";
import { assignRequest, canAssign } from "./assign.js";
import { h, toast } from "./dom.js";
import { rankRequest } from "./rank.js";
import { searchRequest } from "./search.js";

const REQUESTS = { assign: assignRequest, rank: rankRequest, search: searchRequest };

export async function setUpExports() {
  const { formats } = await getModels();
  for (const place of document.querySelectorAll("[data-export]")) {
    const task = place.dataset.export;
    place.replaceChildren(h("span", { class: "note" }, "Save as"),
      ...formats[task].map((format) => h("button", { "aria-label": `Save as ${format}`, onclick: () => save(task, format) }, format.toUpperCase())));
  }
}

async function save(task, format) {
  if (task === "assign" && !canAssign()) return toast("There is nothing to save yet");
  try {
    const blob = await (await post(`/api/${task}?format=${format}`, REQUESTS[task]())).blob();
    const address = URL.createObjectURL(blob);
    h("a", { href: address, download: `km3aid-${task}.${format}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  } catch (error) {
    toast(error.message);
  }
  return undefined;
}
