// Files: chosen with a button, or dropped on a panel.

import { byId } from "./dom.js";
import { entriesOf, filesOf, walk } from "./folders.js";

/** A button that chooses a folder; `take` gets its files, those of a spectrometer packed. */
export function folderSource(button, input, take) {
  byId(button).addEventListener("click", () => byId(input).click());
  byId(input).addEventListener("change", async () => {
    const found = [...byId(input).files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    byId(input).value = "";
    if (found.length) take(await filesOf(found));
  });
}

/** `take` gets a list of files; folders that are dropped come as `folderSource` gives them. */
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
  panel.addEventListener("drop", async (event) => {
    panel.classList.remove("over");
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    const entries = entriesOf(event.dataTransfer);
    take(entries.some((entry) => entry.isDirectory) ? await filesOf(await walk(entries)) : files);
  });
}
