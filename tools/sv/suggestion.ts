/**
 * Asks whether another service was meant. A program of its own, sv/suggestion, which sv loads for a
 * service that does not exist. runit's words ask only if a person reads standard error: for
 * programs, and on standard output, everything stays as in runit.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { nearestOf } from "../../base/misspelling.ts";
import { quoted } from "../../base/quoted.ts";
import { print, STDERR } from "../../base/report.ts";
import type { ServiceFiles } from "./service-report.ts";

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
