// Batch: spectra from files and folders, answered in the background; a table of results, and the jobs of before.

import { events, getModels, send } from "./api.js";
import { byId, download, h, say, show, toast } from "./dom.js";
import { fileSource, folderSource } from "./drop.js";
import { grid } from "./grid.js";
import { candidateStructures } from "./rank.js";
import { bodyOf, recordsOf } from "./records.js";
import { COLUMNS, resultOf } from "./results.js";
import { state } from "./state.js";
import { moment, plural } from "./words.js";

const KEPT = "km3aid-jobs"; // of this browser; the service forgets the oldest
const MOST_KEPT = 20;
let records = [];
let named = "";
let job = null; // {id, task, name, when}, the one that is shown
let running = false;
let results = null;

export function setUpBatch() {
  const form = byId("batch-form");
  results = grid(byId("batch-results"), COLUMNS);
  fileSource(form, "batch-open", "batch-file", take);
  folderSource("batch-folder", "batch-folder-file", take);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  byId("batch-cancel").addEventListener("click", () => job && send(`api/jobs/${job.id}`, "DELETE"));
  byId("batch-filter").addEventListener("input", (event) => results.filter(event.target.value));
  drawJobs();
}

async function take(files) {
  say("batch-error", null);
  byId("batch-run").disabled = true;
  const found = await recordsOf(files, (done) => (byId("batch-name").textContent = `Reading: ${done} of ${plural(files.length, "file")}`));
  records = found.records;
  named = files.length === 1 ? files[0].name : plural(files.length, "file");
  byId("batch-name").textContent = `${named}: ${spectra(records.length)}`;
  show(byId("batch-unread"), found.errors.map((error) => h("li", {}, error)));
  busy(running);
}

/** Answer these records, as if they came from a file of that name. */
export function runBatch(task, name, given) {
  [records, named] = [given, name];
  byId("batch-task").value = task;
  byId("batch-name").textContent = `${name}: ${spectra(given.length)}`;
  show(byId("batch-unread"));
  return begin();
}

const spectra = (count) => (count === 1 ? "1 spectrum" : `${count.toLocaleString("en")} spectra`);

async function begin() {
  say("batch-error", null);
  const task = byId("batch-task").value;
  const query = new URLSearchParams({ one_per_carbon: state.perCarbon });
  if (state.chosenSolvent) query.set("solvent", state.chosenSolvent);
  if (["search", "elucidate"].includes(task) && byId("library").value) query.set("library", byId("library").value);
  try {
    const body = bodyOf(records, task, { structure: state.structure, candidates: candidateStructures() });
    const { id } = await (await send(`api/jobs/${task}?${query}`, "POST", body, "application/x-ndjson")).json();
    keep([{ id, task, name: named, when: Date.now() }, ...kept()]);
    await follow(kept()[0]);
  } catch (error) {
    say("batch-error", error.message);
  }
}

/** Watch a job to its end and show its answers. */
async function follow(chosen) {
  job = chosen;
  drawJobs();
  busy(true);
  try {
    for await (const [, status] of events(`api/jobs/${chosen.id}/events`)) if (job === chosen) progress(status);
    const lines = (await (await send(`api/jobs/${chosen.id}/answers`, "GET")).text()).split("\n").filter(Boolean);
    if (job !== chosen) return;
    byId("batch-result").hidden = false;
    results.rows(lines.map((line, n) => resultOf(JSON.parse(line), n)));
    const { formats } = await getModels();
    show(byId("batch-save"), ["jsonl", ...formats[chosen.task].filter((format) => !["json", "jsonl"].includes(format))].map((format) =>
      h("button", { type: "button", "data-key": format, "aria-label": `Save the answers as ${format}`, onclick: () => save(chosen, format) }, format.toUpperCase())));
  } catch (error) {
    if (job !== chosen) return;
    if ([404, 410].includes(error.status)) keep(kept().filter(({ id }) => id !== chosen.id));
    say("batch-error", error.message);
  } finally {
    if (job === chosen) busy(false);
    drawJobs();
  }
}

async function save({ id, task }, format) {
  try {
    download(await (await send(`api/jobs/${id}/answers?format=${format}`, "GET")).blob(), `km3aid-${task}.${format}`);
  } catch (error) {
    toast(error.message);
  }
}

function busy(now) {
  running = now;
  byId("batch-run").disabled = now || !records.length;
  byId("batch-cancel").disabled = !now;
}

function progress(status) {
  byId("batch-progress").max = status.total;
  byId("batch-progress").value = status.done;
  const seconds = (status.elapsed_ms / 1000).toFixed(1);
  const kept = status.expires ? `; the service keeps the answers until ${moment(status.expires)}` : "";
  byId("batch-status").textContent = `${status.state}: ${status.done} of ${status.total} answered, ${status.failed} failed, ${seconds} s${kept}`;
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}

const keep = (jobs) => localStorage.setItem(KEPT, JSON.stringify(jobs.slice(0, MOST_KEPT)));

function drawJobs() {
  const jobs = kept();
  byId("batch-jobs").hidden = !jobs.length;
  show(byId("batch-jobs").querySelector("ul"), jobs.map((entry) => h("li", { "data-key": entry.id },
    h("button", { type: "button", class: "quiet", "aria-current": entry.id === job?.id ? "true" : null, onclick: () => follow(entry) },
      `${entry.task}, ${entry.name}, ${moment(entry.when)}`))));
}
