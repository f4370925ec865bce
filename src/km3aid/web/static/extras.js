// What is known beside the spectrum (solvent, DEPT, APT, HSQC), and how the service then understands its peaks.

import { getModels } from "./api.js";
import { byId, h, say, show } from "./dom.js";
import { showUnderstood } from "./peaks.js";
import { Question } from "./question.js";
import { change, onChange, spectrumRequest, state } from "./state.js";

const LISTS = ["dept135", "dept90", "apt", "hsqc"];
const KEYS = ["peaks", "solvent", "chosenSolvent", "perCarbon", "notes", ...LISTS];
const understanding = new Question("api/spectrum", draw);

export function setUpExtras() {
  byId("solvent").addEventListener("change", (event) => change({ chosenSolvent: event.target.value }));
  for (const list of LISTS) byId(list).addEventListener("change", (event) => change({ [list]: event.target.value.trim() }));
  onChange((changed) => {
    if (!KEYS.some((key) => changed.has(key))) return;
    if (state.peaks.length) understanding.ask(spectrumRequest());
    else understanding.drop();
  });
  draw();
  return loadSolvents();
}

/** The solvents and formats that the service knows. */
export async function loadSolvents() {
  const { solvents, input_formats: formats } = await getModels();
  byId("solvent").options.length = 2;
  byId("solvent").append(...solvents.map((name) => h("option", { value: name }, name)));
  byId("input-format").options.length = 1;
  byId("input-format").append(...Object.entries(formats).map(([value, description]) => h("option", { value }, description)));
  draw();
}

/** The warnings of an answer that do not stand beside the spectrum already. */
export const otherWarnings = (warnings) => warnings.filter((warning) => !understanding.answer?.value.remarks.includes(warning));

function draw() {
  byId("solvent").value = state.chosenSolvent;
  byId("solvent").options[0].textContent = `from the spectrum (${state.solvent ?? "not stated"})`;
  if (state.chosenSolvent || LISTS.some((list) => state[list])) byId("more").open = true;
  for (const list of LISTS) if (document.activeElement !== byId(list)) byId(list).value = state[list];
  say("extras-error", understanding.problem?.message);
  const found = understanding.problem ? null : understanding.answer?.value;
  show(byId("remarks"), [...state.notes, ...(found?.remarks ?? [])].map((remark) => h("li", {}, remark)));
  showUnderstood(found?.peaks ?? []);
}
