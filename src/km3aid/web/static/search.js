// Search: which molecule of a library it is.

import { getJson, postJson } from "./api.js";
import { showCards } from "./cards.js";
import { byId, h, say } from "./dom.js";
import { otherWarnings } from "./extras.js";
import { change, onChange, spectrumRequest, state } from "./state.js";

const FIELDS = ["formula", "mass", "tolerance", "unit", "elements", "required", "carbons", "smarts", "top"];
let asking = null;

export async function setUpSearch() {
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("search-form").addEventListener("change", () => {
    const filters = Object.fromEntries(FIELDS.map((f) => [f, byId(`f-${f}`).value.trim()]));
    change({ filters, library: byId("library").value || null });
  });
  onChange((changed) => {
    if (changed.has("filters")) for (const f of FIELDS) if (state.filters[f] !== undefined) byId(`f-${f}`).value = state.filters[f];
    if (changed.has("library") && state.library) byId("library").value = state.library;
  });
  await loadLibraries();
}

export async function loadLibraries() {
  try {
    const { libraries } = await getJson("/api/libraries");
    byId("library").replaceChildren(...libraries.map((l) => h("option", { value: l.name }, `${l.name} (${l.molecules.toLocaleString("en")})`)));
    if (state.library) byId("library").value = state.library;
    byId("library-note").textContent = libraries.length ? "" : "No library is served; start with: km3aid serve --library FOLDER";
    byId("search-run").disabled = !libraries.length;
  } catch (error) {
    byId("library-note").textContent = error.message;
  }
}

const symbols = (text) => text.split(/[\s,;]+/).filter(Boolean);

/** The filters of the form as the service takes them; throws an error that can be shown. */
function filters() {
  const value = (f) => byId(`f-${f}`).value.trim();
  const number = (f, name) => {
    const read = Number(value(f).replace(",", "."));
    if (!(read >= 0)) throw new Error(`${name}: enter a number`);
    return read;
  };
  const made = {};
  if (value("formula")) made.formula = value("formula");
  if (value("mass")) {
    made.mass_da = number("mass", "Mass");
    made[value("unit") === "ppm" ? "mass_tolerance_ppm" : "mass_tolerance_da"] = number("tolerance", "Tolerance");
  }
  if (value("elements")) made.elements = symbols(value("elements"));
  if (value("required")) made.required = symbols(value("required"));
  if (value("smarts")) made.substructure = value("smarts");
  if (value("carbons")) {
    const range = /^(\d+)(?:\s*[-–]\s*(\d+))?$/.exec(value("carbons"));
    if (!range) throw new Error("Carbons: enter a number, or a range such as 8-12");
    made.carbons = [Number(range[1]), Number(range[2] ?? range[1])];
  }
  return made;
}

export const searchRequest = () => ({ ...spectrumRequest(), library: byId("library").value || null, filters: filters(), top: Number(byId("f-top").value) || 10 });

export async function run() {
  asking?.abort();
  asking = new AbortController();
  say("search-error", null);
  if (!state.peaks.length) return say("search-error", "Give a spectrum first: paste it on the left.");
  byId("search-status").textContent = "Searching …";
  const began = performance.now();
  try {
    const answer = await postJson("/api/search", searchRequest(), asking.signal);
    const took = (performance.now() - began).toFixed(0);
    byId("search-status").textContent = [`${answer.candidates.toLocaleString("en")} molecules passed the filters, ${took} ms`, ...otherWarnings(answer.warnings)].join(" · ");
    byId("search-head").hidden = false;
    showCards(byId("search-cards"), answer.hits, asking.signal);
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    byId("search-status").textContent = "";
    say("search-error", error.message);
  }
  return undefined;
}
