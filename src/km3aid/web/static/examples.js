// An example for each task, one click away.

import { byId } from "./dom.js";
import { run as runRank } from "./rank.js";
import { run as runSearch } from "./search.js";
import { give } from "./spectrum.js";
import { change, state } from "./state.js";

const VANILLIN = {
  text: "13C NMR (101 MHz, CDCl3) δ 191.0, 151.8, 147.2, 129.9, 127.6, 114.5, 108.8, 77.2 (CDCl3), 56.1",
  dept135: "191.0 127.6 114.5 108.8 56.1",
  dept90: "191.0 127.6 114.5 108.8",
};
const ASSIGNED = "COc1cc(C=O)ccc1O";
const CANDIDATES = "COc1cc(C=O)ccc1O vanillin\nCOc1ccc(C=O)cc1O isovanillin\nCOc1cccc(C=O)c1O o-vanillin\nCOC(=O)c1ccc(O)cc1 methylparaben";

const EXAMPLES = {
  assign: () => change({ structure: ASSIGNED }, { step: "example" }),
  rank: () => (change({ candidates: CANDIDATES }, { step: "example" }), runRank()),
  search: () => (change({ filters: { formula: "C8H8O3" } }, { step: "example" }), runSearch()),
};

export function setUpExamples() {
  byId("spectrum-example").addEventListener("click", async () => {
    change({ dept135: VANILLIN.dept135, dept90: VANILLIN.dept90, apt: "", chosenSolvent: "" });
    await give(VANILLIN.text);
    EXAMPLES[state.task]?.();
  });
}
