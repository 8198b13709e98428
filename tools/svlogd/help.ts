/**
 * The usage line of svlogd, and the page of `--help`. It is a part, svlogd/help, which main.ts
 * loads to print one of them.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line; ours names `-j` too.
 */
import { describe, helpText, usageOf } from "../../base/usage.ts";
import { OPTIONS } from "./options.ts";

export const DESCRIBED = describe(OPTIONS, {
  t: {
    help: "stamp each line with TAI64N; -tt UTC, -ttt ISO 8601",
    synopsis: "ttt",
    usage: "tt",
  },
  v: "print more messages",
  V: { help: "print the version and the usage", usage: "" },
  r: "write c in place of each byte that is not printable ASCII",
  R: { help: "the same for each of these characters, too", usage: "R abc" },
  l: "match, print and send only the first len bytes of a line",
  b: "the size of the buffers, which must be larger than len",
  j: "in a line that is a JSON object, put the stamp into member key",
});

/** @param name the tool's name as it was called */
export function usage(name: string): string {
  return `usage: ${name} ${usageOf(DESCRIBED)} dir ...\n\n`;
}

export function help(): string {
  return helpText({
    tool: "svlogd",
    purpose: "Appends the lines of standard input to a log in each dir, and rotates it.",
    options: DESCRIBED,
    operands: "dir ...",
  });
}
