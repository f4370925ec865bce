// Verify: whether the structure fits, beside isomers that the service makes; asked for by a button below the verdict.

import { byId, h, show } from "./dom.js";
import { Question } from "./question.js";
import { spectrumRequest, state } from "./state.js";
import { verdictLine } from "./verdict.js";
import { atomNumber, plural } from "./words.js";

const verifying = new Question("api/verify", drawVerification);

export function setUpVerify() {
  byId("verify-run").addEventListener("click", () => verifying.ask(request()));
}

const request = () => ({ ...spectrumRequest(), smiles: state.structure });

/** Show the verification as long as it is one of what the page holds. */
export function drawVerification() {
  const ready = state.peaks.length > 0 && state.structure.trim() !== "";
  byId("verify-run").hidden = !ready;
  byId("verify-run").disabled = verifying.waiting;
  byId("verify-run").textContent = verifying.waiting ? "Comparing isomers …" : "Verify beside isomers";
  const current = ready && !verifying.waiting && !verifying.isStale(request());
  show(byId("verification"), current && (verifying.problem ? h("p", { class: "error" }, verifying.problem.message) : verifying.answer && shown(verifying.answer.value)));
}

function shown(answer) {
  const against = [...answer.misfits.map(misfit), ...answer.rivals.map(rival)];
  return h("section", { "aria-label": "Verification" },
    verdictLine(answer, `beside ${plural(answer.compared, "isomer")}`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Tests" }, h("table", { class: "answers" },
      h("thead", {}, h("tr", {}, ["Test", "Speaks for (1) or against (−1)", "Significance", ""].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, answer.tests.map((test) => h("tr", {},
        h("td", {}, test.name), h("td", {}, test.score.toFixed(2).replace("-", "−")), h("td", {}, test.significance.toFixed(2)), h("td", {}, test.detail)))))),
    against.length > 0 && h("ul", { class: "against" }, against.map((line) => h("li", {}, line))));
}

function misfit({ peak, atoms, observed_ppm: observed, predicted_ppm: predicted, std_ppm: std }) {
  const carbons = atoms.map((atom) => `C${atomNumber(atom)}`).join(", ");
  if (peak === null) return `${carbons}: no peak near ${predicted.toFixed(1)} ppm`;
  if (!atoms.length) return `Peak ${peak + 1} at ${observed.toFixed(1)} ppm fits no carbon`;
  return `Peak ${peak + 1} at ${observed.toFixed(1)} ppm is far from ${carbons}: ${predicted.toFixed(1)} ± ${std.toFixed(1)} predicted`;
}

const rival = ({ smiles, name, ahead }) => `${name ? `${name}, ` : ""}${smiles} explains the spectrum ${ahead > 0 ? "better" : "almost as well"}`;
