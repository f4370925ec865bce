// The menu of workspaces: begin a new one, open a recent one or a file, save to a file.

import { byId, download, h, show, toast } from "./dom.js";
import { begin, currentId } from "./session.js";
import { state } from "./state.js";
import { all, forget } from "./store.js";
import { EMPTY, FILE_ENDING, fromFile, isEmpty, revive, titleOf, toFile } from "./workspace.js";
import { moment } from "./words.js";

export function setUpRecent() {
  const menu = byId("workspaces");
  menu.addEventListener("toggle", () => menu.open && draw());
  document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  });
  byId("workspace-new").addEventListener("click", () => start(EMPTY));
  byId("workspace-save").addEventListener("click", () => {
    download(toFile(state), `${titleOf(state).replace(/[^\w.-]+/g, "-").slice(0, 40)}${FILE_ENDING}`);
    menu.open = false;
  });
  byId("workspace-open").addEventListener("click", () => byId("workspace-file").click());
  byId("workspace-file").addEventListener("change", async () => {
    const [file] = byId("workspace-file").files;
    byId("workspace-file").value = "";
    if (file) openFile(file);
  });
}

/** Whether a file holds a workspace, by its name. */
export const isWorkspaceFile = (file) => file.name.endsWith(FILE_ENDING);

export async function openFile(file) {
  try {
    await start(fromFile(await file.text()));
  } catch (error) {
    toast(`${file.name} cannot be opened: ${error.message}. Choose a file that this page saved.`);
  }
}

async function start(workspace, known) {
  byId("workspaces").open = false;
  await begin(workspace, known);
}

async function draw() {
  const kept = (await all().catch(() => [])).filter((entry) => entry.id !== currentId() && !isEmpty(entry.state));
  show(byId("recent"), kept.length ? kept.map(line) : h("li", { class: "note" }, "Nothing yet: what you enter is kept here, in this browser alone."));
}

function line({ id, title, saved, state: values }) {
  return h("li", { "data-key": id },
    h("button", { class: "entry", onclick: () => reopen(id, values) }, h("span", {}, title), h("span", { class: "note" }, moment(saved))),
    h("button", { class: "quiet", "aria-label": `Forget ${title}`, title: "Forget", onclick: () => forget(id).then(draw) }, "×"));
}

function reopen(id, values) {
  try {
    start(revive(values), id);
  } catch {
    toast("This entry was kept by another version of the page and cannot be opened");
  }
}
