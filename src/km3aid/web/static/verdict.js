// Whether the structure fits the spectrum at all, where the service says so.

import { h } from "./dom.js";
import { percent } from "./words.js";

const SAYS = {
  consistent: "Consistent: the spectrum fits this structure",
  inconsistent: "Inconsistent: the spectrum speaks against this structure",
  undecided: "Undecided: the spectrum neither confirms nor excludes this structure",
};

export function verdictLine(answer) {
  const found = answer?.verdict;
  if (!found?.verdict) return null;
  return h("p", { class: `verdict ${found.verdict}` }, h("strong", {}, SAYS[found.verdict] ?? found.verdict),
    typeof found.probability === "number" && h("span", {}, ` (probability that it is right: ${percent(found.probability)})`));
}
