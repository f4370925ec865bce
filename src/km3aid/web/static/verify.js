// Verify: whether the structure fits, beside isomers that the service makes and those of a library.

import { postJson } from "./api.js";
import { structureOf } from "./cards.js";
import { byId, h, say, show } from "./dom.js";
import { Question } from "./question.js";
import { run as runRank } from "./rank.js";
import { servedLibraries } from "./search.js";
import { markStale } from "./stale.js";
import { change, isUnread, onChange, spectrumOf, spectrumRequest, state } from "./state.js";
import { verdictLine } from "./verdict.js";
import { atomNumber, plural } from "./words.js";

const FIELDS = ["accept", "reject", "library"];
const DEFAULTS = { accept: "5", reject: "5" };
const DRAWN = 6; // structures side by side: the one that is verified, and the nearest rivals
const verifying = new Question("api/verify", drawVerify);
const drawings = new WeakMap(); // answer → the assignments of its structures, or null while they are asked for

export function setUpVerify() {
  byId("verify-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("verify-form").addEventListener("change", () => {
    const entered = FIELDS.map((f) => [f, byId(`v-${f}`).value.trim()]).filter(([f, value]) => value !== (DEFAULTS[f] ?? ""));
    const verification = Object.fromEntries(entered);
    if (JSON.stringify(verification) !== JSON.stringify(state.verification)) change({ verification }, { step: "verification" });
  });
  byId("to-verify").addEventListener("click", () => (change({ task: "verify" }, { undoable: false }), run()));
  onChange(drawVerify);
  drawVerify();
}

/** The request; throws an error that can be shown. */
function request() {
  const value = (f) => state.verification[f] ?? DEFAULTS[f] ?? "";
  const rate = (f, name) => {
    const percents = Number(value(f).replace(",", ".").replace("%", ""));
    if (!(percents >= 1 && percents <= 50)) throw new Error(`${name}: enter a number from 1 to 50`);
    return percents / 100;
  };
  return {
    ...spectrumRequest(), smiles: state.structure, library: value("library") || null,
    false_accept: rate("accept", "Wrong accepted"), false_reject: rate("reject", "Right rejected"),
  };
}

/** The request, or null where it is not one. */
function requestOrNull() {
  try {
    return request();
  } catch {
    return null;
  }
}

const isReady = () => state.peaks.length > 0 && state.structure.trim() !== "";

export const shownVerification = () => verifying.answer && { task: "verify", request: verifying.answer.request };

export function run() {
  try {
    if (!state.peaks.length) throw new Error("Give a spectrum first: paste it on the left.");
    if (!isReady()) throw new Error("Give a structure: a SMILES, a mol block, or a drawn one.");
    verifying.ask(request());
  } catch (error) {
    say("verify-error", error.message);
  }
}

export function drawVerify() {
  const { answer, waiting, problem } = verifying;
  show(byId("v-library"), h("option", { value: "" }, "no library"), servedLibraries().map(({ name }) => h("option", { value: name }, name)));
  for (const f of FIELDS) if (document.activeElement !== byId(`v-${f}`)) byId(`v-${f}`).value = state.verification[f] ?? DEFAULTS[f] ?? "";
  byId("to-verify").hidden = !isReady();
  byId("verify-run").disabled = waiting;
  say("verify-error", problem?.message);
  const wanted = requestOrNull();
  const stale = answer !== null && (isUnread() || wanted === null || verifying.isStale(wanted));
  byId("verify-status").textContent = waiting ? "Comparing isomers …" : answer ? `${plural(answer.value.compared, "isomer")} compared, ${answer.ms.toFixed(0)} ms` : "";
  markStale("verify-stale", ["verify-result"], stale ? "This is the verdict on an earlier entry, and what is saved here is too." : null, isUnread() || waiting ? null : { text: "Verify again", run });
  byId("verify-panel").hidden = answer === null;
  show(byId("verification"), answer && shown(answer));
}

function shown(answer) {
  const { value } = answer;
  return [
    verdictLine(value, `beside ${plural(value.compared, "isomer")}`),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Tests" }, h("table", { class: "answers tests" },
      h("caption", { class: "visually-hidden" }, "Tests of the structure"),
      h("thead", {}, h("tr", {}, ["Test", "Speaks for (1) or against (−1)", "Significance", "Detail"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, value.tests.map((test) => h("tr", {},
        h("td", {}, test.name), h("td", {}, test.score.toFixed(2).replace("-", "−")), h("td", {}, test.significance.toFixed(2)), h("td", {}, test.detail)))))),
    value.misfits.length > 0 && h("ul", { class: "against" }, value.misfits.map((found) => h("li", {}, misfit(found)))),
    h("div", { class: "compared" }, figures(answer)),
    rivalsOf(value).length > 0 && h("div", { class: "row" }, h("button", { type: "button", onclick: () => rankAll(value) }, "Rank them")),
    value.warnings.length > 0 && h("ul", { class: "warnings" }, value.warnings.map((w) => h("li", {}, w))),
  ];
}

function misfit({ peak, atoms, observed_ppm: observed, predicted_ppm: predicted, std_ppm: std }) {
  const carbons = atoms.map((atom) => `C${atomNumber(atom)}`).join(", ");
  if (peak === null) return `${carbons}: no peak near ${predicted.toFixed(1)} ppm`;
  if (!atoms.length) return `Peak ${peak + 1} at ${observed.toFixed(1)} ppm fits no carbon`;
  return `Peak ${peak + 1} at ${observed.toFixed(1)} ppm is far from ${carbons}: ${predicted.toFixed(1)} ± ${std.toFixed(1)} predicted`;
}

const rivalsOf = ({ rivals }) => rivals.slice(0, DRAWN - 1);
const called = ({ smiles, name }) => (name ? `${name}, ${smiles}` : smiles);

/** The structure and its rivals side by side, once they are assigned. */
function figures(answer) {
  const { value } = answer;
  const rivals = rivalsOf(value);
  if (!drawings.has(answer)) askFor(answer, [value.smiles, ...rivals.map(({ smiles }) => smiles)]);
  const found = drawings.get(answer);
  const drawing = (n) => (found?.[n]?.drawing ? structureOf(found[n]) : h("p", { class: "note" }, found ? "not drawn" : "Drawing …"));
  return [
    h("figure", {}, drawing(0), h("figcaption", {}, h("strong", {}, "The structure that is verified"))),
    rivals.map((rival, n) => h("figure", {}, drawing(n + 1), h("figcaption", { class: "rival" }, `${called(rival)} explains the spectrum ${rival.ahead > 0 ? "better" : "almost as well"} `,
      h("button", { type: "button", class: "quiet", "aria-label": `Verify ${called(rival)}`, onclick: () => (change({ structure: rival.smiles, pinned: {} }), run()) }, "Verify this one")))),
  ];
}

function askFor(answer, structures) {
  drawings.set(answer, null);
  postJson("api/assignments", { ...spectrumOf(answer.request), structures, detail: true })
    .then(({ answers }) => answers, () => [])
    .then((answers) => (drawings.set(answer, answers), drawVerify()));
}

function rankAll(value) {
  const own = value.smiles.includes("\n") ? [] : [value.smiles];
  const lines = rivalsOf(value).map(({ smiles, name }) => [smiles, name].filter(Boolean).join(" "));
  change({ candidates: [...own, ...lines].join("\n"), task: "rank" });
  runRank();
}
