// The structure to assign or to verify: SMILES, a pasted mol block, a dropped file, or drawn.

import { fileContent, postJson } from "./api.js";
import { byId, say, toast } from "./dom.js";
import { fileSource } from "./drop.js";
import { canDraw, drawStructure } from "./editor.js";
import { change, onChange, state } from "./state.js";

const PLACES = ["structure", "verify"]; // what the names of the elements begin with
let waiting = 0;

export function setUpStructure() {
  for (const place of PLACES) setUpPlace(place);
  onChange((changed) => changed.has("structure") && show());
  show();
}

function setUpPlace(place) {
  const text = byId(`${place}-text`);
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => take(text.value), 300);
  });
  text.addEventListener("change", () => takeNow(text));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || text.value.includes("\n")) return;
    event.preventDefault();
    takeNow(text);
    text.form?.requestSubmit();
  });
  fileSource(text.closest(".panel"), `${place}-open`, `${place}-file`, (files) => readFile(place, files));
  byId(`${place}-draw`).hidden = !canDraw;
  byId(`${place}-draw`).addEventListener("click", () => drawStructure(state.structure, (structure) => change({ structure })));
}

function takeNow(text) {
  clearTimeout(waiting);
  take(text.value);
}

function take(text) {
  const structure = text.includes("M  END") ? text.split("$$$$")[0] : text.trim();
  if (structure !== state.structure) change({ structure }, { step: "structure" });
}

function show() {
  for (const text of PLACES.map((place) => byId(`${place}-text`))) {
    if (text.value.trim() !== state.structure.trim()) text.value = state.structure;
    text.rows = state.structure.includes("\n") ? 4 : 1;
  }
}

async function readFile(place, [file]) {
  try {
    const { structures } = await postJson("api/parse", { kind: "structures", ...(await fileContent(file)) });
    say(`${place}-error`, null);
    change({ structure: structures[0].block ?? structures[0].smiles });
    if (structures.length > 1) toast(`This is the first of ${structures.length} structures; Rank takes all of them`);
  } catch (error) {
    say(`${place}-error`, error.message);
  }
}
