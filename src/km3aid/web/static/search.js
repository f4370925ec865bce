// Search: which molecule of a library it is.

import { getJson } from "./api.js";
import { byId, h, say, show } from "./dom.js";
import { plainFormula, readRange, symbols } from "./entries.js";
import { drawHits } from "./hits.js";
import { Question } from "./question.js";
import { change, onChange, spectrumRequest, state } from "./state.js";
import { plural } from "./words.js";

const FIELDS = ["formula", "mass", "adduct", "tolerance", "unit", "elements", "required", "carbons", "smarts", "top"];
const DEFAULTS = { tolerance: "10", unit: "ppm", top: "10" };
const searching = new Question("api/search", draw);
let served = []; // libraries

export async function setUpSearch() {
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("search-form").addEventListener("change", () => {
    const entered = FIELDS.map((f) => [f, byId(`f-${f}`).value.trim()]).filter(([f, value]) => value !== (DEFAULTS[f] ?? ""));
    change({ filters: Object.fromEntries(entered), library: byId("library").value || null }, { step: "filters" });
  });
  onChange(draw);
  draw();
  await loadLibraries();
}

export const servedLibraries = () => served;

export async function loadLibraries() {
  try {
    served = (await getJson("api/libraries")).libraries;
    byId("library-note").textContent = served.length ? "" : "No library is served; start with: km3aid serve --library FOLDER";
    byId("search-run").disabled = !served.length;
    draw();
  } catch (error) {
    byId("library-note").textContent = error.message;
  }
}

/** The filters as the service takes them; throws an error that can be shown. */
function filters() {
  const value = (f) => state.filters[f] ?? DEFAULTS[f] ?? "";
  const number = (f, name) => {
    const read = Number(value(f).replace(",", "."));
    if (!(read >= 0)) throw new Error(`${name}: enter a number`);
    return read;
  };
  const made = {};
  if (value("formula")) made.formula = plainFormula(value("formula"));
  if (value("mass")) {
    made.mass_da = number("mass", "Mass");
    made[value("unit") === "ppm" ? "mass_tolerance_ppm" : "mass_tolerance_da"] = number("tolerance", "Tolerance");
  }
  if (value("elements")) made.elements = symbols(value("elements"));
  if (value("required")) made.required = symbols(value("required"));
  if (value("smarts")) made.substructure = value("smarts");
  if (value("carbons")) made.carbons = readRange(value("carbons"), "Carbons");
  return made;
}

const request = () => ({ ...spectrumRequest(), library: state.library ?? served[0]?.name ?? null, filters: filters(), adduct: (state.filters.mass && state.filters.adduct) || null, top: Number(state.filters.top) || 10 });

/** The request, or null where it is not one. */
function requestOrNull() {
  try {
    return request();
  } catch {
    return null;
  }
}

export const shownSearch = () => searching.answer && { task: "search", request: searching.answer.request };

export function run() {
  try {
    if (!state.peaks.length) throw new Error("Give a spectrum first: paste it on the left.");
    searching.ask(request());
  } catch (error) {
    say("search-error", error.message);
  }
}

function draw() {
  for (const f of FIELDS) if (document.activeElement !== byId(`f-${f}`)) byId(`f-${f}`).value = state.filters[f] ?? DEFAULTS[f] ?? "";
  show(byId("library"), served.map((l) => h("option", { value: l.name }, `${l.name} (${l.molecules.toLocaleString("en")})`)));
  byId("library").value = state.library ?? served[0]?.name ?? "";
  say("search-error", searching.problem?.message);
  drawHits("search", searching, requestOrNull(), {
    renew: { text: "Search again", run },
    busy: "Searching …",
    status: ({ value, ms, request: { filters: { substructure } } }) => `${plural(value.candidates, "molecule")} passed ${substructure ? "the filters beside the substructure" : "the filters"}, ${ms.toFixed(0)} ms`,
  });
}
