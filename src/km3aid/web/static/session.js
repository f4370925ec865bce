// The workspace that is open: kept after every change, named in the address, found again after a reload or Back.

import { find, keep } from "./store.js";
import { change, onChange, open, state } from "./state.js";
import { EMPTY, fromLink, isEmpty, isLink, revive, titleOf, toLink } from "./workspace.js";

const ADDRESS_AFTER_MS = 300; // browsers limit how often an address may change
const LEFT = "km3aid-left"; // what was open when this tab left the page
/** A name of its own for a workspace. */
const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`; // crypto.randomUUID wants https
let id = newId();
let waiting = 0;
let tell = () => {};

export const currentId = () => id;

/** Restore what the address names and follow it from now on; `say` gets what must be told. */
export async function setUpSession(say) {
  tell = say;
  await arrive(true);
  history.replaceState({ id, task: state.task }, "", location.href);
  addEventListener("pagehide", leave);
  onChange((changed) => {
    if (changed.has("task")) turnPage();
    save();
    clearTimeout(waiting);
    waiting = setTimeout(showAddress, ADDRESS_AFTER_MS);
  });
  addEventListener("popstate", () => arrive(false));
}

const address = async () => `${location.origin}${location.pathname}${isEmpty(state) ? "" : `#${await toLink(state)}`}`;

/** Begin a workspace of its own; the one that was open stays among the recent ones. */
export async function begin(workspace, known = newId()) {
  await showAddress();
  id = known;
  history.pushState({ id, task: workspace.task }, "", location.pathname);
  open(workspace);
}

/** Bring the address bar up to date. */
export async function showAddress() {
  clearTimeout(waiting);
  const [shown, named] = [id, await address()];
  if (shown === id) history.replaceState({ id, task: state.task }, "", named);
}

/** Tabs are pages: Back returns to the one before. */
function turnPage() {
  if (history.state?.task !== state.task) history.pushState({ id, task: state.task }, "", location.href);
}

function save() {
  keep({ id, title: titleOf(state), state: { ...state } }).catch(() => tell("This browser keeps no data of this page: save your work to a file."));
}

/** The database may not be done when the page goes; what this keeps is there at once, for this tab. */
function leave() {
  try {
    sessionStorage.setItem(LEFT, JSON.stringify({ id, state }));
  } catch {
    // too large for it: the database has all but the very last edit
  }
}

/** The workspace with this id, or null; on arrival what was left is newer than the database. */
async function kept(wanted, first) {
  const left = first ? JSON.parse(sessionStorage.getItem(LEFT) ?? "null") : null;
  return left?.id === wanted ? left : ((await find(wanted).catch(() => null)) ?? null);
}

/** Open what the address and the history entry name. */
async function arrive(first) {
  const entry = history.state;
  clearTimeout(waiting);
  if (!first && entry?.id === id) return change({ task: entry.task }, { undoable: false });
  const known = entry?.id ? await kept(entry.id, first) : null;
  try {
    if (known) become(entry.id, revive({ ...known.state, task: entry.task ?? known.state.task }));
    else if (isLink(location.hash.slice(1))) become(newId(), await fromLink(location.hash.slice(1)));
    else if (!first && entry?.id) become(entry.id, EMPTY);
  } catch {
    tell("The link is damaged, perhaps cut off: nothing of it could be opened. Copy it again as a whole.");
    history.replaceState({ id, task: state.task }, "", location.pathname);
  }
  return undefined;
}

function become(known, workspace) {
  id = known;
  history.replaceState({ id, task: workspace.task }, "", location.href);
  open(workspace);
}
