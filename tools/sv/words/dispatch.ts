/**
 * Runs a new word, or reports that there is none of that name. A program of its own,
 * sv/words/dispatch, which main.ts loads for a word that is no command of runit.
 */
import * as posix from "posix";
import { sanitizeStdio } from "../../../base/descriptors.ts";
import { quoted } from "../../../base/quoted.ts";
import { load } from "../parts.ts";
import { isNewWord, nearestWord } from "./names.ts";

/**
 * @param wait the seconds of `-w` before the word, or of SVWAIT, as the user wrote them
 * @returns the exit code
 */
export function runWord(word: string, words: readonly string[], wait: string | undefined): number {
  sanitizeStdio();
  if (!isNewWord(word)) return load("sv/help").usage("sv", false, unknownWord(word));
  const isPipeIgnored = posix.disposition(posix.SIGPIPE) === "ignore";
  posix.setDisposition(posix.SIGPIPE, "ignore"); // a write then fails with EPIPE
  return load(`sv/words/${word}`).run(words, { wait, isPipeIgnored });
}

/** The line that precedes the usage. */
function unknownWord(word: string): string {
  if (word === "") return "";
  const nearest = nearestWord(word);
  const question = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  return `sv: unknown command: ${quoted(word)}${question}\n`;
}
