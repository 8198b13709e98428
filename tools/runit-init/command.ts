/**
 * The meaning of a command line of runit-init, by the name that it is called by.
 *
 * Pure: words in, a command out.
 * Source: runit 2.1.2, runit-init(8), for `init 0`, `init 6` and `-V`; the other names and options
 * as in sysvinit, halt(8) and shutdown(8).
 */

/** How the system ends. */
export type Ending = "power-off" | "reboot" | "halt";

type InitCommand =
  /** Asks process 1. */
  | { readonly is: "shutdown"; readonly ending: Ending }
  /** Calls reboot(2) itself, after a sync. */
  | { readonly is: "force"; readonly ending: Ending }
  | { readonly is: "upgrade" }
  | { readonly is: "version" }
  | { readonly is: "help" }
  /** `isAsked`: no word at all, which is no error. */
  | { readonly is: "usage"; readonly isAsked: boolean; readonly problem: string | undefined };

/** The endings of the commands that are named after one. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  halt: "halt",
  poweroff: "power-off",
  reboot: "reboot",
  shutdown: "power-off",
};
/** Options that choose an ending. */
const CHOICES: Readonly<Record<string, Ending>> = {
  "-P": "power-off",
  "-p": "power-off",
  "-h": "power-off",
  "-H": "halt",
  "-r": "reboot",
};
const LEVELS: Readonly<Record<string, InitCommand>> = {
  0: { is: "shutdown", ending: "power-off" },
  6: { is: "shutdown", ending: "reboot" },
  u: { is: "upgrade" },
  U: { is: "upgrade" },
};
const NOW = ["now", "+0"];

/** @param name without directories */
export function commandOf(name: string, words: readonly string[]): InitCommand {
  const [word, ...rest] = words;
  if (word === "--help") return { is: "help" };
  if (word === "--version" && rest.length === 0) return { is: "version" };
  const ending = ENDINGS[name];
  return ending === undefined ? levelOf(word, rest) : endingOf(name, ending, words);
}

function levelOf(word: string | undefined, rest: readonly string[]): InitCommand {
  if (word === undefined) return { is: "usage", isAsked: true, problem: undefined };
  if (word.startsWith("-V")) return { is: "version" };
  const command = rest.length === 0 ? LEVELS[word] : undefined;
  return command ?? { is: "usage", isAsked: false, problem: undefined };
}

function endingOf(name: string, byName: Ending, words: readonly string[]): InitCommand {
  let ending = byName;
  let isForced = false;
  let at = 0;
  for (; words[at]?.startsWith("-") === true; at += 1) {
    const word = words[at] ?? "";
    if (word === "-f" || word === "--force") isForced = true;
    else if (CHOICES[word] === undefined) return wrong(`unknown option: ${word}`);
    else ending = CHOICES[word];
  }
  const [time] = words.slice(at); // a message to the users may follow
  if (name !== "shutdown" && time !== undefined) return wrong(`unknown word: ${time}`);
  if (name === "shutdown" && (time === undefined || !NOW.includes(time))) {
    return wrong(
      time === undefined ? "no time: give now" : `unable to wait until ${time}: give now`,
    );
  }
  return { is: isForced ? "force" : "shutdown", ending };
}

function wrong(problem: string): InitCommand {
  return { is: "usage", isAsked: false, problem };
}
