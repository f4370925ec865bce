// The structure to assign: SMILES, a pasted mol block, a dropped file, or drawn.

import { fileContent, postJson } from "./api.js";
import { byId, say, toast } from "./dom.js";
import { fileSource } from "./drop.js";
import { change, onChange, state } from "./state.js";

const EDITOR = "/static/vendor/openchemlib.js";
let editor = null;
let opened = null; // the code of the structure that the editor began with
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
  setUpEditor();
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
    const { structures } = await postJson("/api/parse", { kind: "structures", ...(await fileContent(file)) });
    say("structure-error", null);
    change({ structure: structures[0].block ?? structures[0].smiles });
    if (structures.length > 1) toast(`This is the first of ${structures.length} structures; Rank takes all of them`);
  } catch (error) {
    say("structure-error", error.message);
  }
}

/** The editor is optional; without it the page has no Draw button. */
async function setUpEditor() {
  const found = await fetch(EDITOR, { method: "HEAD" }).catch(() => null);
  if (!found?.ok) return;
  byId("structure-draw").hidden = false;
  byId("structure-draw").addEventListener("click", openEditor);
  byId("editor-close").addEventListener("click", () => byId("editor").close());
  byId("editor-use").addEventListener("click", () => {
    const drawn = editor.getMolecule();
    byId("editor").close();
    if (drawn.getAllAtoms() && drawn.getIDCode() !== opened) change({ structure: drawn.toMolfile() }); // as it was drawn
  });
}

async function openEditor() {
  byId("editor").showModal();
  const { CanvasEditor, Molecule } = await import(EDITOR);
  editor ??= new CanvasEditor(byId("editor-canvas"));
  let molecule = new Molecule(0, 0);
  try {
    if (state.structure) molecule = state.structure.includes("\n") ? Molecule.fromMolfile(state.structure) : Molecule.fromSmiles(state.structure);
  } catch {
    toast("The structure cannot be opened in the editor; it starts empty");
  }
  editor.setMolecule(molecule);
  opened = molecule.getIDCode();
}
