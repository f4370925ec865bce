// Files as the records of a batch: JSON lines as they are, anything else by way of the service's readers.

import { fileContent, postJson } from "./api.js";
import { onPage } from "./words.js";

const LINES = /\.(jsonl|ndjson)$/i;

/** Records {id, …} of files, and what could not be read: {records, errors}; `tell` gets the number of files read. */
export async function recordsOf(files, tell) {
  const records = [];
  const errors = [];
  for (const [n, file] of files.entries()) {
    try {
      if (LINES.test(file.name)) records.push(...(await file.text()).split("\n").filter((line) => line.trim()).map(lineOf));
      else await read(file, records, errors);
    } catch (error) {
      errors.push(error.message.includes(file.name) ? error.message : `${file.name}: ${error.message}`);
    }
    tell(n + 1);
  }
  return { records, errors };
}

/** A line that is no JSON object is sent as it is: the service names it in its place. */
function lineOf(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : { line };
  } catch {
    return { line };
  }
}

async function read(file, records, errors) {
  const found = await postJson("api/parse", { kind: "spectra", ...(await fileContent(file)) });
  errors.push(...found.errors.map(onPage).map((error) => (error.includes(file.name) ? error : `${file.name}: ${error}`)));
  found.spectra.forEach((s, n) => records.push({
    id: s.id ?? (found.spectra.length > 1 ? `${file.name} ${n + 1}` : file.name), solvent: s.solvent, smiles: s.structure,
    peaks: s.peaks.map(({ ppm, multiplicity, count, intensity }) => ({ ppm, multiplicity, count, intensity })),
  }));
}

/** The body of a batch; what a record lacks comes from what is entered on the page. */
export function bodyOf(records, task, { structure, candidates }) {
  const usual = task === "rank" ? { candidates } : ["assign", "verify"].includes(task) && structure ? { smiles: structure } : {};
  const whole = (record) => Object.fromEntries(Object.entries({ ...usual, ...record }).map(([key, value]) => [key, value ?? usual[key] ?? null]));
  return records.map((record) => record.line ?? JSON.stringify(whole(record))).join("\n");
}
