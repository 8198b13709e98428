/**
 * The usage lines of chpst and its aliases, and the pages of `--help`. With what it imports it is a
 * part, chpst/help, which main.ts loads to print one of them.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage lines; ours name our options too.
 */
import { type DescribedOption, describe, helpText, lettersIn, usageOf } from "../../base/usage.ts";
import { SETLOCK_OPTIONS, SOFTLIMIT_OPTIONS } from "./aliases.ts";
import { EXTENSION_OPTIONS } from "./extension-options.ts";
import { OPTIONS } from "./options.ts";
import type { Alias, ParseResult } from "./request.ts";

const EXIT_USAGE = 100;

interface ToolHelp {
  readonly purpose: string;
  readonly options: readonly DescribedOption[];
  /** What follows the options, in the synopsis and in runit's usage line. */
  readonly operands: string;
  readonly usageOperands: string;
}

const CHPST_OPTIONS = describe(OPTIONS, {
  v: "print warnings",
  V: "print the version and the usage",
  P: "run prog in a new session",
  "0": "close standard input",
  "1": "close standard output",
  "2": "close standard error",
  u: "run prog as this user, or :uid:gid",
  U: "set UID and GID as for -u, and change no ID",
  b: "call prog argv0",
  e: "set variables as the files in dir say",
  "/": "make root the root directory",
  C: "change the working directory to pwd",
  n: "add to the nice value",
  l: { help: "lock the file, and wait for it", synopsis: "l|-L lock" },
  L: { help: "lock the file, or fail at once", synopsis: "" },
  m: "limit each kind of memory to n bytes",
  d: "limit the data segment to n bytes",
  o: "limit open descriptors to n",
  p: "limit processes of the user to n",
  f: "limit files that are written to n bytes",
  c: "limit core files to n bytes",
  r: "limit resident memory to n bytes",
  t: "limit processor time to n seconds",
});

export const TOOLS: Readonly<Record<Alias | "chpst", ToolHelp>> = {
  chpst: {
    purpose: "Changes the state of the process as the options say, and executes prog.",
    options: [...CHPST_OPTIONS, ...EXTENSION_OPTIONS],
    operands: "prog [arg ...]",
    usageOperands: "prog",
  },
  envdir: plain("dir", "Sets variables as the files in dir say, and executes prog."),
  envuidgid: plain("account", "Sets UID and GID to those of account, and executes prog."),
  pgrphack: plain("", "Executes prog in a new session."),
  setlock: {
    purpose: "Locks file, and executes prog, which has the lock until it ends.",
    options: SETLOCK_OPTIONS,
    operands: "file prog [arg ...]",
    usageOperands: "file program [ arg ... ]",
  },
  setuidgid: plain("account", "Executes prog as the user account."),
  softlimit: {
    purpose: "Sets soft limits, and executes prog. = stands for the hard limit.",
    options: SOFTLIMIT_OPTIONS,
    operands: "prog [arg ...]",
    usageOperands: "child",
  },
};

/** An alias without options. @param operand the word before the program, `""` if there is none */
function plain(operand: string, purpose: string): ToolHelp {
  const before = operand === "" ? "" : `${operand} `;
  const operands = `${before}prog [arg ...]`;
  return { purpose, options: [], operands, usageOperands: `${before}child` };
}

/** What main.ts prints for a command line that asks for help, or is wrong, and the exit code. */
export function answerTo(parsed: Exclude<ParseResult, { is: "request" }>): {
  readonly fd: 1 | 2;
  readonly text: string;
  readonly exitCode: number;
} {
  const { tool } = parsed;
  if (parsed.is === "help") return { fd: 1, text: helpText({ tool, ...TOOLS[tool] }), exitCode: 0 };
  const before = parsed.before === undefined ? "" : `${parsed.before}\n`;
  return { fd: 2, text: before + usage(tool, parsed.name), exitCode: EXIT_USAGE };
}

/** @param name the tool's name in the usage line */
function usage(tool: Alias | "chpst", name: string): string {
  const { options, usageOperands } = TOOLS[tool];
  if (tool === "setlock") {
    // In the form of daemontools' own.
    return `setlock: usage: setlock [ -${lettersIn(options)} ] ${usageOperands}\n`;
  }
  const words = ["usage:", name, usageOf(options), usageOperands];
  return `${words.filter((word) => word !== "").join(" ")}\n\n`;
}
