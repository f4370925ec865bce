// Wire the page: tasks, history, link.

import { setUpAssign } from "./assign.js";
import { setUpBatch } from "./batch.js";
import { byId, toast } from "./dom.js";
import { lighting } from "./drag.js";
import { setUpExports } from "./export.js";
import { loadSolvents, setUpExtras } from "./extras.js";
import { run as runRank, setUpRank } from "./rank.js";
import { loadLibraries, run as runSearch, setUpSearch } from "./search.js";
import { setUpSpectrum } from "./spectrum.js";
import { canRedo, canUndo, change, fromLink, onChange, redo, state, toLink, undo } from "./state.js";
import { setUpStructure } from "./structure.js";

const tabs = [...document.querySelectorAll("[role=tab]")];

function showTask() {
  for (const tab of tabs) {
    const chosen = tab.dataset.task === state.task;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(`task-${tab.dataset.task}`).hidden = !chosen;
  }
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener("click", () => change({ task: tab.dataset.task }, { undoable: false }));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(i + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
}

byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, textarea, select");
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || typing) return;
  event.preventDefault();
  (event.shiftKey ? redo : undo)();
});

byId("link").addEventListener("click", async () => {
  const address = `${location.origin}${location.pathname}#${await toLink()}`;
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    toast("The link is in the clipboard and in the address bar");
  } catch {
    toast("The link is in the address bar");
  }
});

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("km3aid-token", byId("token").value);
  byId("token-form").hidden = true;
  loadLibraries();
  setUpExports();
  loadSolvents();
});

async function start() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("token=")) {
    sessionStorage.setItem("km3aid-token", decodeURIComponent(fragment.slice(6)));
    history.replaceState(null, "", location.pathname);
  }
  lighting();
  setUpSpectrum();
  setUpExtras().catch(() => {});
  setUpStructure();
  setUpAssign();
  setUpRank();
  setUpBatch();
  setUpExports().catch(() => {});
  const libraries = setUpSearch();
  onChange((changed) => {
    if (changed.has("task")) showTask();
    byId("undo").disabled = !canUndo();
    byId("redo").disabled = !canRedo();
  });
  if (await fromLink(fragment)) {
    await libraries;
    if (state.task === "rank") runRank();
    if (state.task === "search") runSearch();
  }
  document.documentElement.dataset.ready = "";
}

start();
