// Rank: which of some candidates it is.

import { fileContent, postJson } from "./api.js";
import { showCards } from "./cards.js";
import { byId, say } from "./dom.js";
import { fileSource } from "./drop.js";
import { otherWarnings } from "./extras.js";
import { change, onChange, spectrumRequest, state } from "./state.js";

let asking = null;

export function setUpRank() {
  const text = byId("candidates-text");
  text.addEventListener("change", () => change({ candidates: text.value }));
  fileSource(text.closest(".panel"), "candidates-open", "candidates-file", async (file) => {
    try {
      const { structures, errors } = await postJson("/api/parse", { kind: "structures", ...(await fileContent(file)) });
      change({ candidates: structures.map((s) => [s.smiles, s.name].filter(Boolean).join(" ")).join("\n") });
      say("candidates-error", errors.length ? errors.slice(0, 3).join(" · ") : null);
    } catch (error) {
      say("candidates-error", error.message);
    }
  });
  byId("rank-run").addEventListener("click", run);
  onChange((changed) => changed.has("candidates") && show());
}

function show() {
  const text = byId("candidates-text");
  if (text.value !== state.candidates) text.value = state.candidates;
  const count = candidates().length;
  byId("candidates-note").textContent = count ? `${count} candidate${count > 1 ? "s" : ""}` : "";
}

const candidates = () => state.candidates.split("\n").map((line) => line.trim()).filter(Boolean);

export function rankRequest() {
  const lines = candidates().map((line) => line.split(/[\s,;]+/));
  return { ...spectrumRequest(), candidates: lines.map(([smiles]) => smiles), names: lines.map(([, ...name]) => name.join(" ") || null) };
}

export async function run() {
  asking?.abort();
  asking = new AbortController();
  say("candidates-error", null);
  if (!state.peaks.length) return say("candidates-error", "Give a spectrum first: paste it on the left.");
  if (!candidates().length) return say("candidates-error", "Give at least one candidate: one SMILES per line.");
  byId("rank-status").textContent = "Ranking …";
  try {
    const answer = await postJson("/api/rank", { ...rankRequest(), top: 50 }, asking.signal);
    byId("rank-status").textContent = [`${answer.candidates} candidates, ${answer.elapsed_ms.toFixed(0)} ms`, ...otherWarnings(answer.warnings)].join(" · ");
    byId("rank-head").hidden = false;
    showCards(byId("rank-cards"), answer.hits, asking.signal);
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    byId("rank-status").textContent = "";
    say("candidates-error", error.message);
  }
  return undefined;
}
