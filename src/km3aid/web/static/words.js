// Numbers and names as people read them.

/** Atoms as people number them: from 1, in the order of the structure. The service and data-atom count from 0. */
export const atomNumber = (atom) => String(atom + 1);
export const carbonName = (atom) => `C${atomNumber(atom)}`;
export const carbonNames = (atoms) => (atoms.length ? atoms.map(carbonName).join(", ") : "no carbon");

const TYPES = { S: "C", D: "CH", T: "CH₂", Q: "CH₃" };
export const CHOICES = ["S", "D", "T", "Q", "S/T", "D/Q"]; // of the type of a peak
/** A multiplicity as chemists write it; that of a choice as all that it may be. */
export const typeName = (multiplicity) => multiplicity.split("/").map((letter) => TYPES[letter]).join("/");

/** Where a proposal comes from, and whether the library has it. */
export const ORIGINS = { library: "a library entry", start: "given to start from", pieces: "joined from parts", moves: "changed step by step" };
export const noveltyOf = ({ novel }) => (novel ? "not in the library" : "in the library");

/** Whole per cents, but 100 % and 0 % only for what is certain. */
export function percent(share) {
  if (share > 0.995 && share < 1) return "> 99 %";
  if (share > 0 && share < 0.005) return "< 1 %";
  return `${Math.round(share * 100)} %`;
}

/** A difference with its sign, which nought has none of. */
export function signed(ppm, digits = 1) {
  const size = Math.abs(ppm).toFixed(digits);
  return Number(size) === 0 ? size : `${ppm > 0 ? "+" : "−"}${size}`;
}
export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** The shifts between which 95 % of the lines lie. */
export const rangeText = (ppm, interval) => `${(ppm - interval).toFixed(1)} to ${(ppm + interval).toFixed(1)}`;
export const withinText = (ppm, interval) => (interval ? `95 % of such lines lie between ${(ppm - interval).toFixed(1)} and ${(ppm + interval).toFixed(1)} ppm` : null);

/** A writer of shifts: with one decimal, or with two where any of `peaks` needs them. */
export function shiftWriter(peaks) {
  const digits = peaks.some(({ ppm }) => Math.abs(10 * ppm - Math.round(10 * ppm)) > 1e-6) ? 2 : 1;
  return (ppm) => ppm.toFixed(digits);
}

/** Hue of a confidence: from red at one half and below, through amber, to bluish green at one. */
export const hue = (confidence) => 8 + 157 * Math.min(Math.max((confidence - 0.5) / 0.5, 0), 1);

/** A day and time. */
export const moment = (when) => new Date(when).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const OPTIONS = { dept135: "DEPT-135", dept90: "DEPT-90", apt: "APT", hsqc: "HSQC", solvent: "Solvent", peaks: "the text box", experiment: "its name", "one-per-carbon": "One peak per carbon" };

/** A message that names options of the command line, with the names that they have here. */
export const onPage = (message) => message.replace(/--([a-z0-9-]+)/g, (whole, option) => OPTIONS[option] ?? whole);
