// Wire the page: tasks, history, examples.

import { setUpAssign } from "./assign.js";
import { setUpBatch } from "./batch.js";
import { byId, say, toast } from "./dom.js";
import { lighting } from "./drag.js";
import { setUpEditor } from "./editor.js";
import { setUpElucidate } from "./elucidate.js";
import { setUpExamples } from "./examples.js";
import { setUpExports } from "./export.js";
import { loadSolvents, setUpExtras } from "./extras.js";
import { run as runRank, setUpRank } from "./rank.js";
import { setUpRecent } from "./recent.js";
import { loadLibraries, run as runSearch, setUpSearch } from "./search.js";
import { setUpSession, showAddress } from "./session.js";
import { setUpSpectrum } from "./spectrum.js";
import { canRedo, canUndo, change, onChange, redo, state, undo } from "./state.js";
import { setUpStructure } from "./structure.js";
import { drawVerify, run as runVerify, setUpVerify } from "./verify.js";

const tabs = [...document.querySelectorAll("[role=tab]")];

function draw() {
  for (const tab of tabs) {
    const chosen = tab.dataset.task === state.task;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(`task-${tab.dataset.task}`).hidden = !chosen;
  }
  for (const skip of document.querySelectorAll("[data-skip=task]")) skip.textContent = `Skip to the ${ENTRIES[state.task]}`;
  byId("undo").disabled = !canUndo();
  byId("redo").disabled = !canRedo();
}

function setUpTabs() {
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
}

const ENTRIES = { assign: "structure", verify: "structure", rank: "candidates", search: "library", elucidate: "formula", batch: "batch" };
const ENTRY = ["textarea, input:not([type=file]), select"];
const RESULT = [".export button", "[id$=-result] button"]; // the first that there is

/** Buttons that the Tab key alone brings up: to what the task asks for, and to its result. */
function setUpSkips() {
  document.addEventListener("click", ({ target }) => {
    const { skip } = target.dataset ?? {};
    if (!skip) return;
    const panel = byId(`task-${state.task}`);
    const fields = (skip === "task" ? ENTRY : RESULT).flatMap((selector) => [...panel.querySelectorAll(selector)]);
    (fields.find((field) => field.checkVisibility()) ?? byId("work")).focus();
  });
}

function setUpUndo() {
  byId("undo").addEventListener("click", undo);
  byId("redo").addEventListener("click", redo);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("textarea, input:not([type=checkbox])")) return;
    event.preventDefault();
    (event.shiftKey ? redo : undo)();
  });
}

async function copyLink() {
  await showAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    toast("The link is in the clipboard; it holds everything entered here");
  } catch {
    toast("The link is in the address bar");
  }
}

function setUpToken() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("token=")) {
    sessionStorage.setItem("km3aid-token", decodeURIComponent(fragment.slice(6)));
    history.replaceState(null, "", location.pathname);
  }
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem("km3aid-token", byId("token").value);
    byId("token-form").hidden = true;
    loadLibraries().then(drawVerify);
    setUpExports();
    loadSolvents();
  });
}

async function start() {
  setUpToken();
  lighting();
  setUpTabs();
  setUpUndo();
  setUpSkips();
  byId("link").addEventListener("click", copyLink);
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  setUpSpectrum();
  setUpExtras().catch(() => {});
  setUpEditor();
  setUpStructure();
  setUpAssign();
  setUpVerify();
  setUpRank();
  setUpElucidate();
  setUpBatch();
  setUpExports().catch(() => {});
  setUpRecent();
  setUpExamples();
  onChange(draw);
  const libraries = setUpSearch();
  await setUpSession((message) => say("page-error", message));
  draw();
  document.documentElement.dataset.ready = "";
  await libraries;
  drawVerify();
  if (state.peaks.length && state.task === "rank" && state.candidates) runRank();
  if (state.peaks.length && state.task === "search") runSearch();
  if (state.peaks.length && state.task === "verify" && state.structure) runVerify();
}

start();
