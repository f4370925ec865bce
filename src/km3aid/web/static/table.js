// The table of an assignment, with the choices of one peak; without a spectrum, that of a prediction.

import { byId, h, show } from "./dom.js";
import { carbonNames, hue, percent, plural, rangeText, signed, typeName, withinText } from "./words.js";

const FAR_SIGMA = 3; // deviations from this many standard deviations on are marked,
const FAR_PPM = 5; // and from this many ppm on where no standard deviation is known
const COLUMNS = 7;

/** `acts`: {open, picked, toggle, pick, pin, unpin}, with ids of peaks. */
export function drawTable(answer, rows, acts) {
  const body = byId("assignment").tBodies[0];
  const unseen = answer?.unobserved_atoms ?? [];
  byId("assign-note").textContent = answer ? `atoms count from 1${unseen.length && rows.length ? `; no peak: ${carbonNames(unseen)}` : ""}` : "";
  if (rows.length) show(body, rows.flatMap((r) => (r.id === acts.open && answer ? [line(r, acts), choices(r, acts)] : [line(r, acts)])));
  else if (answer) show(body, answer.carbons.map(prediction));
  else show(body, h("tr", { "data-key": "empty" }, h("td", { colspan: COLUMNS, class: "note" }, "Paste a spectrum and give a structure: the assignment appears here. A structure alone shows its predicted shifts.")));
}

/** `interval`: half the width in which 95 % of the lines lie, where that is known. */
const withStd = (ppm, std, interval = null) => (std ? [ppm.toFixed(1), h("span", { class: "note", title: withinText(ppm, interval) }, ` ± ${std.toFixed(1)}`)] : ppm.toFixed(1));

function prediction(carbon) {
  return h("tr", { "data-key": `carbon-${carbon.atoms[0]}` }, h("td", {}), h("td", {}), h("td", {}, carbonNames(carbon.atoms)),
    h("td", {}, withStd(carbon.shift_ppm, carbon.std_ppm, carbon.interval_95_ppm)), h("td", {}), h("td", {}, carbon.multiplicity && typeName(carbon.multiplicity)),
    h("td", { class: "note" }, carbon.interval_95_ppm ? `95 %: ${rangeText(carbon.shift_ppm, carbon.interval_95_ppm)}` : ""));
}

function line(r, { open, toggle }) {
  const { id, found, aside, away, std } = r;
  const sure = found ? { class: "sure", "--hue": hue(r.fit) } : { class: aside ? "none aside" : "none" };
  const far = found && (std ? Math.abs(away) > FAR_SIGMA * std && Math.abs(away) > 1 : Math.abs(away) > FAR_PPM);
  return h("tr", { "data-key": `row-${id}`, "data-peak": id, ...sure },
    h("td", {}, h("button", { class: "open grab", "data-key": `peak-${id}`, "data-grab": id, "aria-expanded": String(open === id), "aria-label": `${r.label}: alternatives`, title: "Click for alternatives; drag onto a carbon to overrule", onclick: () => toggle(id) }, String(r.number)),
      r.pinned && h("span", { class: "pin", title: "Placed by hand" }, "pinned")),
    h("td", {}, r.shift),
    h("td", {}, found ? carbonNames(found.atoms) : aside ? "set aside" : "–", r.others.length > 0 && exchange(r)),
    h("td", {}, found ? withStd(found.predicted_ppm, std, r.interval) : ""),
    h("td", { class: far ? "off" : null, title: far && std ? `${(Math.abs(away) / std).toFixed(1)} standard deviations from the prediction` : null }, found ? signed(away) : ""),
    h("td", {}, found && !found.pinned ? h("span", { class: "meter", "--share": found.confidence }, h("i", {}, h("b")), percent(found.confidence)) : found ? "by hand" : ""),
    h("td", { class: "note" }, aside ?? (found?.alternatives ?? []).map((o) => `${carbonNames(o.atoms)} ${percent(o.confidence)}`).join("; ")));
}

const exchange = ({ others }) => h("span", { class: "exchange", title: `May be exchanged with ${plural(others.length, "peak").replace(/^\d+ /, "")} ${others.join(", ")}: the spectrum does not tell them apart` }, `⇄ ${others.join(", ")}`);

/** Where else a peak can go. */
function choices({ id, found, pinned }, { picked, pick, pin, unpin }) {
  const put = (atoms, text, key) => h("button", { "data-key": `to-${id}-${key}`, onclick: () => pin(id, atoms) }, text);
  return h("tr", { class: "choices", "data-key": `choices-${id}` }, h("td", { colspan: COLUMNS }, h("div", { class: "row" },
    (found?.alternatives ?? []).map((o) => put(o.atoms, `${carbonNames(o.atoms)} (${percent(o.confidence)})`, o.atoms[0])),
    h("button", { "data-key": `move-${id}`, "aria-pressed": String(picked === id), onclick: () => pick(picked === id ? null : id) }, picked === id ? "Choose a carbon … (Esc cancels)" : "To another carbon…"),
    put([], "To no carbon", "none"),
    found && !found.pinned && put(found.atoms, "Keep it here", "keep"),
    pinned && h("button", { "data-key": `free-${id}`, onclick: () => unpin(id) }, "Remove the pin"))));
}
