// Prints as JSON what the package nmredata finds in an NMReDATA file: its tags' lines, and its own JSON of the record.
import { readFileSync } from 'node:fs';

import { getNMReData, nmrRecordToJSON, parseSDF } from 'nmredata';

const sdf = parseSDF(readFileSync(process.argv[2], 'utf8'), { mixedEOL: true });
const lines = {};
for (const [tag, content] of Object.entries(getNMReData(sdf))) {
  if (content?.data) lines[tag] = content.data;
}
console.log(JSON.stringify({ lines, json: await nmrRecordToJSON({ sdf }) }));
