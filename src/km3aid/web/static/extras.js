// What is known beside the spectrum (solvent, DEPT, APT), and how the service then understands its peaks.

import { getModels, postJson } from "./api.js";
import { byId, h, say } from "./dom.js";
import { shownType } from "./spectrum.js";
import { change, onChange, spectrumRequest, state } from "./state.js";

const LISTS = ["dept135", "dept90", "apt"];
const KEYS = ["peaks", "solvent", "chosenSolvent", "perCarbon", ...LISTS];
let asking = null;
let remarks = [];

export function setUpExtras() {
  byId("solvent").addEventListener("change", (event) => change({ chosenSolvent: event.target.value }));
  for (const list of LISTS) byId(list).addEventListener("change", (event) => change({ [list]: event.target.value.trim() }));
  onChange((changed) => {
    show();
    if (KEYS.some((key) => changed.has(key))) understand();
  });
  show();
  return loadSolvents();
}

export async function loadSolvents() {
  const { solvents } = await getModels();
  byId("solvent").options.length = 2;
  byId("solvent").append(...solvents.map((name) => h("option", { value: name }, name)));
  show();
}

function show() {
  byId("solvent").value = state.chosenSolvent;
  byId("solvent").options[0].textContent = `from the spectrum (${state.solvent ?? "not stated"})`;
  if (state.chosenSolvent || LISTS.some((list) => state[list])) byId("more").open = true;
  for (const list of LISTS) if (document.activeElement !== byId(list)) byId(list).value = state[list];
}

/** The warnings of an answer that do not stand beside the spectrum already. */
export const otherWarnings = (warnings) => warnings.filter((warning) => !remarks.includes(warning));

async function understand() {
  asking?.abort();
  asking = new AbortController();
  say("extras-error", null);
  let found = { peaks: [], remarks: [] };
  try {
    if (state.peaks.length) found = await postJson("/api/spectrum", spectrumRequest(), asking.signal);
  } catch (error) {
    if (error.name === "AbortError") return;
    say("extras-error", error.message);
  }
  remarks = found.remarks;
  byId("remarks").replaceChildren(...[...state.notes, ...remarks].map((remark) => h("li", {}, remark)));
  [...byId("peaks").tBodies[0].rows].forEach((row, index) => mark(row, found.peaks[index] ?? { aside: null, multiplicity: null }));
}

/** Show in a peak's row whether it is set aside, and its type by DEPT. */
function mark(row, { aside, multiplicity }) {
  row.classList.toggle("aside", aside !== null);
  row.title = aside ? `set aside: ${aside}` : "";
  const types = row.querySelector("select");
  const derived = multiplicity && !types.value ? shownType(multiplicity) : null;
  types.options[0].textContent = derived ? `(${derived})` : "–";
}
