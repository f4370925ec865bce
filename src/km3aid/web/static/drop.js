// Files: chosen with a button, or dropped on a panel.

import { byId } from "./dom.js";

/** `take` gets a list of files. */
export function fileSource(panel, button, input, take) {
  byId(button).addEventListener("click", () => byId(input).click());
  byId(input).addEventListener("change", () => {
    const files = [...byId(input).files];
    byId(input).value = "";
    if (files.length) take(files);
  });
  panel.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    panel.classList.add("over");
  });
  panel.addEventListener("dragleave", (event) => !panel.contains(event.relatedTarget) && panel.classList.remove("over"));
  panel.addEventListener("drop", (event) => {
    panel.classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
