// The structure to assign: SMILES, a pasted mol block, a dropped file, or drawn.

import { fileContent, postJson } from "./api.js";
import { byId, say, toast } from "./dom.js";
import { fileSource } from "./drop.js";
import { canDraw, drawStructure } from "./editor.js";
import { change, onChange, state } from "./state.js";

let waiting = 0;

export function setUpStructure() {
  const text = byId("structure-text");
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => take(text.value), 300);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !text.value.includes("\n")) {
      event.preventDefault();
      clearTimeout(waiting);
      take(text.value);
    }
  });
  fileSource(text.closest(".panel"), "structure-open", "structure-file", readFile);
  onChange((changed) => changed.has("structure") && show());
  byId("structure-draw").hidden = !canDraw;
  byId("structure-draw").addEventListener("click", () => drawStructure(state.structure, (structure) => change({ structure })));
  show();
}

function take(text) {
  const structure = text.includes("M  END") ? text.split("$$$$")[0] : text.trim();
  if (structure !== state.structure) change({ structure }, { step: "structure" });
}

function show() {
  const text = byId("structure-text");
  if (text.value.trim() !== state.structure.trim()) text.value = state.structure;
  text.rows = state.structure.includes("\n") ? 4 : 1;
}

async function readFile([file]) {
  try {
    const { structures } = await postJson("api/parse", { kind: "structures", ...(await fileContent(file)) });
    say("structure-error", null);
    change({ structure: structures[0].block ?? structures[0].smiles });
    if (structures.length > 1) toast(`This is the first of ${structures.length} structures; Rank takes all of them`);
  } catch (error) {
    say("structure-error", error.message);
  }
}
