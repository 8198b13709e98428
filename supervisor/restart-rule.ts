/**
 * The restart rule: after which exits of ./run that nobody asked for a service starts again. The
 * file `restart-policy` in the service directory sets it, in one of two forms:
 *
 *     always | on-failure | never     one word; on-failure is the same as !0
 *     1 2 SEGV                        only after these exits
 *     !0 !TERM                        after all exits but these
 *
 * A number from 0 to 255 is an exit code; a signal has a name, with or without SIG. White space
 * separates words, and a comment goes from # to the end of the line.
 *
 * Pure: text in, a rule out; an exit in, a decision out.
 */
import type { ExitResult } from "../protocol/history.ts";
import { parseNumber, parseSignalName } from "./limit-text.ts";

export interface RestartRule {
  /** Exit codes, and signals as negative numbers. */
  readonly exits: readonly number[];
  /** The service starts again only after these exits, or after all but these. */
  readonly starts: "afterThese" | "afterOthers";
}

/** The rule without the file, which is runit's. */
export const ALWAYS: RestartRule = { exits: [], starts: "afterOthers" };
const NEVER: RestartRule = { exits: [], starts: "afterThese" };
const ON_FAILURE: RestartRule = { exits: [0], starts: "afterOthers" };

const EXIT_CODE_MAX = 255;
/** Added to the status of a signal that left a core file; see {@link ExitResult}. */
const CORE_BIT = 128;

/**
 * Whether a service starts again after an exit. An exit that nobody saw, because the supervisor was
 * killed, may have been any: only `never` keeps the service down then.
 */
export function startsAfter({ exits, starts }: RestartRule, { code, status }: ExitResult): boolean {
  const exit = code >= 0 ? code : -(status % CORE_BIT);
  if (code < 0 && exit === 0) return starts === "afterOthers" || exits.length > 0;
  return exits.includes(exit) === (starts === "afterThese");
}

/** The first word of a text that cannot be understood. */
interface RuleFault {
  /** Counted from 1. */
  readonly line: number;
  /** Continues a sentence that begins with the line. */
  readonly word: string;
  readonly problem: string;
}

/** @param signalNumber the number of a signal, from its name in capitals without SIG */
export function parseRestartRule(
  text: string,
  signalNumber: (name: string) => number | undefined,
): RestartRule | RuleFault {
  const words = wordsIn(text);
  const [first, second] = words;
  if (first === undefined) return { line: 1, word: "", problem: "is not a restart policy" };
  const rule = namedRule(first.word);
  if (rule !== undefined) {
    return second === undefined ? rule : { ...second, problem: `cannot follow ${first.word}` };
  }
  const isExcluding = first.word.startsWith("!");
  const exits: number[] = [];
  for (const { line, word } of words) {
    const exit = exitIn(word.startsWith("!") ? word.slice(1) : word, signalNumber);
    if (exit === undefined) return { line, word, problem: "is not an exit code or a signal" };
    if (word.startsWith("!") !== isExcluding) {
      return { line, word, problem: "differs from the words before it: all have a ! or none" };
    }
    exits.push(exit);
  }
  return { exits, starts: isExcluding ? "afterOthers" : "afterThese" };
}

function namedRule(word: string): RestartRule | undefined {
  switch (word) {
    case "always":
      return ALWAYS;
    case "on-failure":
      return ON_FAILURE;
    case "never":
      return NEVER;
    default:
      return undefined;
  }
}

function wordsIn(text: string): Omit<RuleFault, "problem">[] {
  return text.split("\n").flatMap((line, index) => {
    const [content = ""] = line.split("#", 1);
    const words = content.replaceAll("\t", " ").replaceAll("\r", " ").split(" ");
    return words.filter(Boolean).map((word) => ({ line: index + 1, word }));
  });
}

function exitIn(
  word: string,
  signalNumber: (name: string) => number | undefined,
): number | undefined {
  const code = parseNumber(word);
  if (code !== undefined) return code <= EXIT_CODE_MAX ? code : undefined;
  const signal = signalNumber(parseSignalName(word));
  return signal === undefined ? undefined : -signal;
}
