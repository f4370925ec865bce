// Files: chosen with a button, or dropped on a panel.

import { byId } from "./dom.js";

export function fileSource(panel, button, input, take) {
  byId(button).addEventListener("click", () => byId(input).click());
  byId(input).addEventListener("change", () => {
    const [file] = byId(input).files;
    if (file) take(file);
    byId(input).value = "";
  });
  panel.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    panel.classList.add("over");
  });
  panel.addEventListener("dragleave", (event) => !panel.contains(event.relatedTarget) && panel.classList.remove("over"));
  panel.addEventListener("drop", (event) => {
    panel.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}
