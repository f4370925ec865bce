// Candidates as people write them: a structure and a name on each line, in either order.

const INCHI = /InChI=\S+/;
// every token of a SMILES: a name has letters that are none
const SMILES = /^(?:Br|Cl|[BCNOPSFIbcnops*]|\[[^\]]+\]|[-=#$:/\\().%0-9~])+$/;

/** {structure, name} of every line that is not blank. */
export const candidatesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean).map(candidate);

/** Fields are parted by tabs, else by blanks, commas or semicolons; the first is the structure unless it cannot be one. */
function candidate(line) {
  const [inchi] = INCHI.exec(line) ?? [];
  if (inchi) return { structure: inchi, name: line.replace(inchi, "").replace(/^[\s,;]+|[\s,;]+$/g, "") || null };
  const fields = line.split(line.includes("\t") ? /\t+/ : /[\s,;]+/).map((field) => field.trim());
  const place = Math.max(fields.findIndex((field) => SMILES.test(field)), 0);
  return { structure: fields[place], name: fields.filter((_, n) => n !== place).join(" ") || null };
}
