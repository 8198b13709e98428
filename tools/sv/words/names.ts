/**
 * The new words of sv. Each begins with a letter at which runit's sv prints its usage, so that
 * neither a script that meets runit's sv nor a slip of the finger sends a signal.
 *
 * Pure: words in and out.
 */

/** The words, each a part of sv: tools/sv/words/WORD.ts. */
export const NEW_WORDS = [
  "grant",
  "graph",
  "link",
  "list",
  "logs",
  "metrics",
  "remove",
  "verify",
  "wait",
  "watch",
  "why",
] as const;
type NewWord = (typeof NEW_WORDS)[number];

/** runit's words, for suggestions and completion. */
export const RUNIT_WORDS: readonly string[] = (
  "status up down once pause cont hup alarm interrupt quit 1 2 term kill exit start stop reload " +
  "restart try-restart shutdown check force-stop force-reload force-restart force-shutdown"
).split(" ");

export function isNewWord(word: string): word is NewWord {
  return (NEW_WORDS as readonly string[]).includes(word);
}

/**
 * The word that the user meant, if one differs from `typed` by a slip or two of the finger;
 * otherwise `undefined`.
 */
export function nearestWord(typed: string): string | undefined {
  return nearestOf(typed, [...NEW_WORDS, ...RUNIT_WORDS]);
}

/** The same for other words than commands. */
export function nearestOf(typed: string, words: readonly string[]): string | undefined {
  // A longer word has other slips than a short one, in which two change most of it.
  let most = typed.length > 4 ? 2 : Math.min(1, typed.length - 1);
  let nearest: string | undefined;
  for (const word of words) {
    const distance = slips(typed, word);
    if (distance > most) continue;
    nearest = word;
    most = distance - 1;
  }
  return nearest;
}

/**
 * How many characters to insert, remove, replace, or exchange with their neighbour. Source: optimal
 * string alignment distance.
 */
function slips(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        least = Math.min(least, (before[column - 2] ?? least) + 1);
      }
      now.push(least);
    }
    [before, last] = [last, now];
  }
  return last[other.length] ?? 0;
}
