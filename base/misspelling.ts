/**
 * Guesses which known name a misspelt one stands for.
 *
 * Pure: names in, a name out.
 */

/** A name of a file within this many slips of a known one is most likely a misspelling of it. */
const SLIPS_MAX = 2;

/**
 * What slips cost: a wrong letter more than one too many, one too few, or two that are exchanged,
 * so that `crashr` is `crasher` and not `crash2`. No name with fewer slips costs more.
 */
const SLIP = 100;
const WRONG_LETTER = 101;

/**
 * The known name that `name` misspells; `undefined` for copies that editors and package managers
 * leave.
 */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  if (name.startsWith(".") || name.startsWith("#") || name.endsWith("~")) return undefined;
  return nearest(name.toLowerCase().replaceAll("_", "-"), known, SLIPS_MAX);
}

/**
 * The word that the user meant, if one differs from `typed` by a slip or two of the finger;
 * otherwise `undefined`.
 */
export function nearestOf(typed: string, words: readonly string[]): string | undefined {
  // A longer word has other slips than a short one, in which two change most of it.
  return nearest(typed, words, typed.length > 4 ? 2 : Math.min(1, typed.length - 1));
}

/**
 * Whether a letter too many, one too few, or two that are exchanged make `name` of `known`, a short
 * name: other words begin with another letter, or differ by one.
 */
export function isSlipOf(name: string, known: string): boolean {
  return name[0] === known[0] && slipsBetween(name, known) === SLIP;
}

function nearest(name: string, known: readonly string[], slipsMax: number): string | undefined {
  let least = slipsMax * WRONG_LETTER + 1;
  let found: string | undefined;
  for (const one of known) {
    if (Math.abs(one.length - name.length) > slipsMax) continue;
    const cost = slipsBetween(name, one);
    if (cost >= least) continue;
    [least, found] = [cost, one];
  }
  return found;
}

/** The cost of all slips. Source: optimal string alignment distance. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index * SLIP);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row * SLIP];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        (last[column] ?? 0) + SLIP,
        (now[column - 1] ?? 0) + SLIP,
        (last[column - 1] ?? 0) + (isSame ? 0 : WRONG_LETTER),
      );
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? least) + SLIP);
      }
      now.push(least);
    }
    [before, last] = [last, now];
  }
  return last[other.length] ?? 0;
}
