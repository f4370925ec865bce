// Prints as JSON lines what the package nmredata finds in NMReDATA files: their tags' lines, and its JSON of the records.
import { readFileSync } from 'node:fs';

import { getNMReData, nmrRecordToJSON, parseSDF } from 'nmredata';

for (const path of process.argv.slice(2)) {
  const sdf = parseSDF(readFileSync(path, 'utf8'), { mixedEOL: true });
  const lines = {};
  for (const [tag, content] of Object.entries(getNMReData(sdf))) {
    if (content?.data) lines[tag] = content.data;
  }
  console.log(JSON.stringify({ lines, json: await nmrRecordToJSON({ sdf }) }));
}
