/**
 * Users and groups that a ./run names for chpst and its like, and that the machine does not have.
 *
 * Pure: values in, a finding out.
 * Source: chpst(8), setuidgid(8).
 */
import { longOptions, parseOptions } from "../../../../base/options.ts";
import type { ShellCommand } from "./shell-commands.ts";
import { baseName, type Guess, plainWords } from "./shell-guesses.ts";

/** The names of all users and groups of the machine. */
export interface Accounts {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** The letters of runit's chpst, with a colon after each that takes an argument. */
const CHPST_LETTERS = "vVP012u:U:b:e:/:C:n:l:L:m:d:o:p:f:c:r:t:";
/** The options that only chpst of runits has. */
export const CHPST_LONG = [
  { name: "env-file", argument: "file" },
  { name: "limit", argument: "resource=soft:hard" },
  { name: "oom-score", argument: "n" },
  { name: "io-priority", argument: "class[:n]" },
  { name: "cap-drop", argument: "list" },
  { name: "cap-keep", argument: "list" },
  { name: "no-new-privs" },
];
export const SETUIDGID = ["setuidgid", "s6-setuidgid"];
const DIGITS = "0123456789";

/** @param words what follows `chpst` */
export function chpstLine(words: readonly string[]): ReturnType<typeof parseOptions> {
  return parseOptions(words, CHPST_LETTERS, longOptions(CHPST_LONG));
}

/** @param accounts `undefined`: nobody can list all of them */
export function unknownAccount(
  commands: readonly ShellCommand[],
  accounts: Accounts | undefined,
): Guess | undefined {
  if (accounts === undefined) return undefined;
  for (const command of commands) {
    const words = plainWords(command);
    const text = accountsIn(words)
      .map((names) => missingName(names, accounts))
      .find(Boolean);
    if (text !== undefined) return { line: command.line, text };
  }
  return undefined;
}

/** What the programs of a command take for users and groups. */
export function accountsIn(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => accountsNamed(baseName(word), words.slice(index + 1)));
}

/** What the program takes for users and groups, as `user:group`. */
function accountsNamed(program: string, words: readonly string[]): readonly string[] {
  if (SETUIDGID.includes(program)) return words.slice(0, 1);
  if (program !== "chpst") return [];
  const { options } = chpstLine(words);
  return options.filter(({ name }) => "uU".includes(name)).map(({ argument }) => argument);
}

function missingName(names: string, { users, groups }: Accounts): string | undefined {
  // A variable may hold anything; numbers follow a colon.
  if (names.includes("$") || names.includes("`") || names.startsWith(":")) return undefined;
  const [user = "", ...others] = names.split(":");
  const isMissing = (name: string, known: ReadonlySet<string>) =>
    name !== "" && !isNumber(name) && !known.has(name);
  if (isMissing(user, users)) return `there is no user ${user}`;
  const group = others.find((name) => isMissing(name, groups));
  return group === undefined ? undefined : `there is no group ${group}`;
}

function isNumber(text: string): boolean {
  return [...text].every((digit) => DIGITS.includes(digit));
}
