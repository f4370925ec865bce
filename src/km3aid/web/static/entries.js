// What people enter beside a spectrum, as the service takes it.

/** A formula in any writing, such as C₉H₈O₄ or "C9 H8 O4". */
export const plainFormula = (text) => text.normalize("NFKC").replace(/\s+/g, "").replace(/−/g, "-");
export const symbols = (text) => text.split(/[\s,;]+/).filter(Boolean);

/** A number or a range as two numbers; throws an error that can be shown. */
export function readRange(text, name) {
  const range = /^(\d+)(?:\s*[-–]\s*(\d+))?$/.exec(text);
  if (!range) throw new Error(`${name}: enter a number, or a range such as 8-12`);
  return [Number(range[1]), Number(range[2] ?? range[1])];
}
