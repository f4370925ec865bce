// Elucidate: structures that need not stand in the library, proposed from the spectrum.

import { byId, h, say, show } from "./dom.js";
import { plainFormula, readRange, symbols } from "./entries.js";
import { drawHits } from "./hits.js";
import { Question } from "./question.js";
import { change, onChange, spectrumRequest, state } from "./state.js";
import { percent, plural } from "./words.js";

const FIELDS = ["formula", "mass", "adduct", "elements", "rings", "smarts", "without", "start", "seconds"];
const DEFAULTS = { seconds: "15" };
const proposing = new Question("api/elucidate", draw);

export function setUpElucidate() {
  byId("elucidate-form").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("elucidate-form").addEventListener("change", () => {
    const entered = FIELDS.map((f) => [f, byId(`e-${f}`).value.trim()]).filter(([f, value]) => value !== (DEFAULTS[f] ?? ""));
    if (byId("e-unusual").checked) entered.push(["unusual", "yes"]);
    change({ known: Object.fromEntries(entered) }, { step: "known" });
  });
  onChange(draw);
  draw();
}

/** The request; throws an error that can be shown. */
function request() {
  const value = (f) => state.known[f] ?? DEFAULTS[f] ?? "";
  const number = (f, name) => {
    const read = Number(value(f).replace(",", "."));
    if (!(read > 0)) throw new Error(`${name}: enter a number`);
    return read;
  };
  const filters = {};
  if (value("elements")) filters.elements = symbols(value("elements"));
  if (value("smarts")) filters.substructure = value("smarts");
  return {
    ...spectrumRequest(),
    library: state.library,
    formula: value("formula") ? plainFormula(value("formula")) : null,
    mass_da: value("mass") ? number("mass", "Mass") : null,
    adduct: value("mass") && value("adduct") ? value("adduct") : null,
    filters,
    rings: value("rings") ? readRange(value("rings"), "Rings") : null,
    without: value("without") || null,
    start: value("start").split(/\s+/).filter(Boolean),
    usual: !value("unusual"),
    seconds: number("seconds", "Seconds"),
  };
}

/** The request, or null where it is not one. */
function requestOrNull() {
  try {
    return request();
  } catch {
    return null;
  }
}

export const shownElucidation = () => proposing.answer && { task: "elucidate", request: proposing.answer.request };

export function run() {
  try {
    if (!state.peaks.length) throw new Error("Give a spectrum first: paste it on the left.");
    proposing.ask(request());
  } catch (error) {
    say("elucidate-error", error.message);
  }
}

function draw() {
  for (const f of FIELDS) if (document.activeElement !== byId(`e-${f}`)) byId(`e-${f}`).value = state.known[f] ?? DEFAULTS[f] ?? "";
  byId("e-unusual").checked = Boolean(state.known.unusual);
  byId("elucidate-run").disabled = proposing.waiting;
  say("elucidate-error", proposing.problem?.message);
  drawHits("elucidate", proposing, requestOrNull(), {
    renew: { text: "Propose again", run },
    busy: `Proposing for ${state.known.seconds ?? DEFAULTS.seconds} s …`,
    status: ({ value }) => `${plural(value.candidates, "molecule")} scored, ${value.estimated.toLocaleString("en")} estimated${value.exhausted ? "; nothing was left to try" : ""}`,
  });
  show(byId("elucidate-shared"), shared(proposing.answer?.value.shared));
}

/** What the likeliest proposals have in common. */
const shared = (part) => part && part.proposals > 1 && h("p", {}, h("strong", {}, "Certain: "),
  `the first ${part.proposals} proposals share ${percent(part.share)} of the first one: `, h("code", {}, part.smiles));
