/**
 * Hints for the person who typed a command: another service or word was meant, or a right is
 * missing. A program of its own, sv/suggestion, which sv loads when there may be one to give.
 * runit's words give them only if a person reads standard error: for programs, and on standard
 * output, everything stays as in runit.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { nearestOf } from "../../base/misspelling.ts";
import { quoted } from "../../base/quoted.ts";
import { print, STDERR } from "../../base/report.ts";
import type { ServiceFiles } from "./service-report.ts";
import { nearestWord, RUNIT_WORDS } from "./words/names.ts";

/** Words of other suites, which runit's sv takes for others by their first letter. */
const FOREIGN: Readonly<Record<string, string>> = {
  add: "sv link",
  delete: "sv remove",
  disable: "sv remove",
  enable: "sv link",
  events: "sv watch",
  help: "sv --help",
  info: "sv why",
  "is-active": "sv check",
  ps: "sv list",
  tail: "sv logs -f",
  top: "sv list",
};

/** Prints the question, if one of the other services has a name like this one. */
export function suggestService({ name, path }: ServiceFiles): void {
  if (path === name || name.includes("/")) return; // a path
  const home = path.slice(0, -name.length - 1);
  const names = ignoringErrors(() => namesIn(home)) ?? [];
  if (names.includes(name)) return; // a link that leads nowhere
  const meant = nearestOf(name, names);
  if (meant === undefined) return;
  print(STDERR, `sv: no service ${quoted(name)} (did you mean ${quoted(meant)}?)\n`);
}

/** Says how this user gets the right to see or control the service. */
export function suggestGrant({ name }: ServiceFiles): void {
  print(STDERR, `sv: run as root, or let your group: sv grant :GROUP ${quoted(name)}\n`);
}

/** Says which command a word is that counts by its first letter, unless it begins the command. */
export function explainWord(word: string): void {
  if (RUNIT_WORDS.includes(word)) return;
  const command = RUNIT_WORDS.find((one) => one.charAt(0) === word.charAt(0));
  const meant = FOREIGN[word] ?? nearestWord(word);
  if (command === undefined || command.startsWith(word) || meant === command) return;
  const question = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  print(STDERR, `sv: ${quoted(word)} counts as ${command}${question}\n`);
}

function namesIn(path: string): string[] {
  const directory = Directory.open(path);
  try {
    return posix
      .readdir(directory.fd)
      .filter((entry) => !entry.startsWith("."))
      .sort();
  } finally {
    directory.close();
  }
}
