// Rank: which of some candidates it is.

import { fileContent, postJson } from "./api.js";
import { candidatesOf } from "./candidates.js";
import { byId, say } from "./dom.js";
import { fileSource } from "./drop.js";
import { drawHits } from "./hits.js";
import { Question } from "./question.js";
import { change, onChange, spectrumRequest, state } from "./state.js";
import { plural } from "./words.js";

const SHOWN = 50;
const ranking = new Question("api/rank", draw);

export function setUpRank() {
  const text = byId("candidates-text");
  text.addEventListener("input", () => change({ candidates: text.value }, { step: "candidates" }));
  fileSource(text.closest(".panel"), "candidates-open", "candidates-file", readFile);
  byId("rank-run").addEventListener("click", run);
  onChange(draw);
  draw();
}

async function readFile([file]) {
  try {
    const { structures, errors } = await postJson("api/parse", { kind: "structures", ...(await fileContent(file)) });
    change({ candidates: structures.map((s) => [s.smiles, s.name].filter(Boolean).join(" ")).join("\n") });
    say("candidates-error", errors.length ? errors.slice(0, 3).join(" · ") : null);
  } catch (error) {
    say("candidates-error", error.message);
  }
}

const entered = () => candidatesOf(state.candidates);

/** The structures that are entered as candidates. */
export const candidateStructures = () => entered().map(({ structure }) => structure);

const request = () => ({ ...spectrumRequest(), candidates: candidateStructures(), names: entered().map(({ name }) => name), top: SHOWN });

export const shownRank = () => ranking.answer && { task: "rank", request: ranking.answer.request };

export function run() {
  if (!state.peaks.length) say("candidates-error", "Give a spectrum first: paste it on the left.");
  else if (!entered().length) say("candidates-error", "Give at least one candidate: one SMILES per line.");
  else ranking.ask(request());
}

function draw() {
  const text = byId("candidates-text");
  if (text.value !== state.candidates) text.value = state.candidates;
  byId("candidates-note").textContent = entered().length ? plural(entered().length, "candidate") : "";
  say("candidates-error", ranking.problem?.message);
  drawHits("rank", ranking, request(), {
    renew: { text: "Rank again", run },
    busy: "Ranking …",
    status: ({ value }) => `${plural(value.candidates, "candidate")}${value.hits.length < value.candidates ? `, the best ${value.hits.length} shown` : ""}, ${value.elapsed_ms.toFixed(0)} ms`,
  });
}
