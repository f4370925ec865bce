// Batch: a file of JSON lines, answered in the background with progress shown.

import { events, send } from "./api.js";
import { byId, say } from "./dom.js";
import { fileSource } from "./drop.js";
import { state } from "./state.js";

let file = null;
let job = null;

export function setUpBatch() {
  const form = byId("batch-form");
  fileSource(form, "batch-open", "batch-file", ([chosen]) => {
    file = chosen;
    byId("batch-name").textContent = `${chosen.name}, ${chosen.size.toLocaleString("en")} bytes`;
    byId("batch-run").disabled = false;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("batch-cancel").addEventListener("click", () => job && send(`/api/jobs/${job}`, "DELETE"));
}

async function run() {
  say("batch-error", null);
  byId("batch-download").hidden = true;
  const query = new URLSearchParams({ one_per_carbon: state.perCarbon });
  if (state.chosenSolvent) query.set("solvent", state.chosenSolvent);
  if (["search", "elucidate"].includes(byId("batch-task").value) && byId("library").value) query.set("library", byId("library").value);
  try {
    const response = await send(`/api/jobs/${byId("batch-task").value}?${query}`, "POST", file, "application/x-ndjson");
    job = (await response.json()).id;
    busy(true);
    for await (const [, status] of events(`/api/jobs/${job}/events`)) show(status);
    const answers = await (await send(`/api/jobs/${job}/answers`, "GET")).blob();
    URL.revokeObjectURL(byId("batch-download").href);
    byId("batch-download").href = URL.createObjectURL(answers);
    byId("batch-download").hidden = false;
  } catch (error) {
    say("batch-error", error.message);
  } finally {
    busy(false);
  }
}

function busy(running) {
  byId("batch-run").disabled = running || !file;
  byId("batch-cancel").disabled = !running;
}

function show(status) {
  byId("batch-progress").max = status.total;
  byId("batch-progress").value = status.done;
  const seconds = (status.elapsed_ms / 1000).toFixed(1);
  byId("batch-status").textContent = `${status.state}: ${status.done} of ${status.total} answered, ${status.failed} failed, ${seconds} s`;
}
