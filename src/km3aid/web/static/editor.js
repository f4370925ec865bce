// The drawing editor, where the page has one: for a structure, or for a part that is sought.

import { byId, toast } from "./dom.js";

const { editor: address } = document.documentElement.dataset;
let editor = null;
let opened = null; // the code of what the editor began with
let use = () => {};

export const canDraw = address !== undefined;

/** Buttons with `data-draw` draw the part that stands in the field with that id. */
export function setUpEditor() {
  if (!canDraw) return;
  byId("editor-close").addEventListener("click", () => byId("editor").close());
  byId("editor-use").addEventListener("click", () => {
    const drawn = editor.getMolecule();
    byId("editor").close();
    if (drawn.getIDCode() !== opened) use(drawn);
  });
  for (const button of document.querySelectorAll("[data-draw]")) {
    const field = byId(button.dataset.draw);
    button.hidden = false;
    button.addEventListener("click", () => drawPart(field));
  }
}

/** Draw a structure, beginning with one that is there; `take` gets a mol block, unless it is still the same. */
export const drawStructure = (text, take) => edit("Draw a structure", text, false, (drawn) => drawn.getAllAtoms() && take(drawn.toMolfile()));

/** Draw a part of structures, as SMARTS. */
const drawPart = (field) => edit("Draw a part of the structure", field.value.trim(), true, (drawn) => {
  drawn.setFragment(true);
  field.value = drawn.getAllAtoms() ? drawn.toSmarts() : "";
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

async function edit(title, text, asPart, take) {
  byId("editor-title").textContent = title;
  byId("editor-hint").hidden = !asPart;
  byId("editor").showModal();
  const { CanvasEditor, Molecule, SmilesParser } = await import(new URL(address, document.baseURI).href);
  editor ??= new CanvasEditor(byId("editor-canvas"));
  let molecule = new Molecule(0, 0);
  try {
    if (asPart && text) molecule = new SmilesParser({ smartsMode: "smarts" }).parseMolecule(text);
    else if (text) molecule = text.includes("\n") ? Molecule.fromMolfile(text) : Molecule.fromSmiles(text);
  } catch {
    toast("What is entered cannot be opened in the editor, which starts empty");
  }
  molecule.setFragment(asPart);
  editor.setMolecule(molecule);
  opened = molecule.getIDCode();
  use = take;
}
