/**
 * The new words of sv. Each begins with a letter at which runit's sv prints its usage, so that
 * neither a script that meets runit's sv nor a slip of the finger sends a signal.
 *
 * Pure: words in and out.
 */

import { nearestOf } from "../../../base/misspelling.ts";

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
