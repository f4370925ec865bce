// Examples for each task, one click away: compounds of textbooks, whose answers are beyond doubt.

import { runBatch } from "./batch.js";
import { byId, h, show } from "./dom.js";
import { run as runElucidate } from "./elucidate.js";
import { run as runRank } from "./rank.js";
import { run as runSearch } from "./search.js";
import { begin } from "./session.js";
import { give } from "./spectrum.js";
import { change, onChange, state } from "./state.js";
import { run as runVerify } from "./verify.js";
import { EMPTY, isEmpty } from "./workspace.js";

const line = (shifts) => `13C NMR (101 MHz, CDCl3) δ ${shifts}`;
const VANILLIN = {
  smiles: "COc1cc(C=O)ccc1O",
  text: line("191.0, 151.8, 147.2, 129.9, 127.6, 114.5, 108.8, 77.2 (CDCl3), 56.1"),
  more: { dept135: "191.0 127.6 114.5 108.8 56.1", dept90: "191.0 127.6 114.5 108.8" },
};
const MENTHOL = { smiles: "CC1CCC(C(C)C)C(O)C1", text: line("71.5, 50.1, 45.0, 34.5, 31.6, 25.8, 23.1, 22.2, 21.0, 16.1") };
const CAFFEINE = { smiles: "Cn1cnc2c1c(=O)n(C)c(=O)n2C", text: line("155.4, 151.7, 148.7, 141.4, 107.6, 33.6, 29.7, 27.9") };
const XYLENE = { text: line("136.4, 129.6, 125.8, 19.7") };
const BUTANOL = { text: line("69.2, 32.0, 22.6, 9.9") };
const ACETATE = { text: line("171.1, 60.4, 21.0, 14.2") };
const BUTANONE = { text: line("209.3, 36.9, 29.4, 7.9") };
const ANISOLE = { text: line("159.6, 129.5, 120.7, 114.0, 55.1") };

const structure = ({ smiles }) => change({ structure: smiles }, { step: "example" });
const verifying = (smiles) => () => (change({ structure: smiles }, { step: "example" }), runVerify());
const ranking = (candidates) => () => (change({ candidates }, { step: "example" }), runRank());
const searching = (filters) => () => (change({ filters }, { step: "example" }), runSearch());
const proposing = (formula) => () => (change({ known: { formula, seconds: "0.3" } }, { step: "example" }), runElucidate());
const record = (id, { text, smiles }) => ({ id, report: text, smiles });
const batch = (task, name, records) => () => runBatch(task, name, records);

/** Of each task: [what it is called, its spectrum (null: none), what follows]. */
const EXAMPLES = {
  assign: [
    ["vanillin with DEPT", VANILLIN, () => structure(VANILLIN)],
    ["menthol", MENTHOL, () => structure(MENTHOL)],
    ["camphor, predicted", null, () => structure({ smiles: "CC1(C)C2CCC1(C)C(=O)C2" })],
  ],
  verify: [
    ["vanillin", VANILLIN, verifying(VANILLIN.smiles)],
    ["methylparaben for vanillin", VANILLIN, verifying("COC(=O)c1ccc(O)cc1")],
    ["borneol for menthol", MENTHOL, verifying("CC1(C)C2CCC1(C)C(O)C2")],
  ],
  rank: [
    ["vanillin and its isomers", VANILLIN, ranking("COc1cc(C=O)ccc1O vanillin\nCOc1ccc(C=O)cc1O isovanillin\nCOc1cccc(C=O)c1O o-vanillin\nCOC(=O)c1ccc(O)cc1 methylparaben")],
    ["which butanol", BUTANOL, ranking("CCCCO 1-butanol\nCCC(C)O 2-butanol\nCC(C)CO isobutanol\nCC(C)(C)O tert-butanol")],
    ["which xylene", XYLENE, ranking("Cc1ccccc1C o-xylene\nCc1cccc(C)c1 m-xylene\nCc1ccc(C)cc1 p-xylene\nCCc1ccccc1 ethylbenzene")],
  ],
  search: [
    ["vanillin by its formula", VANILLIN, searching({ formula: "C8H8O3" })],
    ["menthol by [M+Na]⁺", MENTHOL, searching({ mass: "179.1406", adduct: "[M+Na]+" })],
    ["caffeine, nothing known", CAFFEINE, searching({})],
  ],
  elucidate: [
    ["C₄H₈O₂", ACETATE, proposing("C4H8O2")],
    ["C₄H₈O", BUTANONE, proposing("C4H8O")],
    ["C₇H₈O", ANISOLE, proposing("C7H8O")],
  ],
  batch: [
    ["assign three", null, batch("assign", "three compounds", [record("vanillin", VANILLIN), record("menthol", MENTHOL), record("caffeine", CAFFEINE)])],
    ["verify a right and a wrong structure", null, batch("verify", "caffeine and a mistake", [record("caffeine", CAFFEINE), record("not menthol", { ...MENTHOL, smiles: VANILLIN.smiles })])],
    ["search three", null, batch("search", "three unknowns", [VANILLIN, MENTHOL, CAFFEINE].map(({ text }, n) => ({ id: `unknown ${n + 1}`, report: text })))],
  ],
};

export function setUpExamples() {
  onChange((changed) => changed.has("task") && draw());
  draw();
}

const draw = () => show(byId("examples"), "Examples:", EXAMPLES[state.task].map(([name, spectrum, then]) =>
  h("button", { type: "button", "data-key": `${state.task}: ${name}`, onclick: () => run(spectrum, then) }, name)));

/** What was entered before stays among the recent ones; Back returns to it. */
async function run(spectrum, then) {
  const { task } = state;
  if (task !== "batch" && !isEmpty(state)) await begin({ ...EMPTY, task, library: state.library });
  if (spectrum?.more) change(spectrum.more, { step: "example" });
  if (spectrum) await give(spectrum.text);
  then();
}
