// Whether the structure fits the spectrum at all, where the service says so.

import { h } from "./dom.js";
import { percent } from "./words.js";

const SAYS = {
  consistent: "Consistent: the spectrum fits this structure",
  inconsistent: "Inconsistent: the spectrum speaks against this structure",
  undecided: "Undecided: the spectrum neither confirms nor excludes this structure",
};

/** The verdict of an assignment or a verification; `how` says what it rests on. */
export function verdictLine(answer, how = "by the fit of the lines alone") {
  if (!answer?.verdict) return null;
  return h("p", { class: `verdict ${answer.verdict}` }, h("strong", {}, SAYS[answer.verdict] ?? answer.verdict),
    typeof answer.probability === "number" && h("span", {}, ` (${percent(answer.probability)} ${how}, if a close wrong structure were as likely)`));
}
