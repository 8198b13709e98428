/**
 * Guesses which known name a misspelt one stands for.
 *
 * Pure: names in, a name out.
 */

/** A name within this many edits of a known name is most likely a misspelling of it. */
const SLIPS_MAX = 2;

/**
 * The known name that `name` misspells; `undefined` for copies that editors and package managers
 * leave.
 */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  if (name.startsWith(".") || name.startsWith("#") || name.endsWith("~")) return undefined;
  const plain = name.toLowerCase().replaceAll("_", "-");
  return known.find((one) => slipsBetween(plain, one) <= SLIPS_MAX);
}

/** The edit distance: characters to add, remove or replace. Source: Levenshtein's distance. */
function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > SLIPS_MAX) return SLIPS_MAX + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at += 1) {
      const replaced = (row[at - 1] ?? 0) + (character === other[at - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
