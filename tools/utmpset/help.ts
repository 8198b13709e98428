/**
 * The options of utmpset, its usage line, and the page of `--help`.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line.
 */
import { describe, helpText, usageOf } from "../../base/usage.ts";

const OPTIONS = [{ name: "w" }, { name: "V" }] as const;

export const DESCRIBED = describe(OPTIONS, {
  w: "write a record to wtmp too",
  V: { help: "print the version and the usage", usage: "" },
});

/** @param name the name under which the tool was called */
export function usage(name: string): string {
  return `usage: ${name} ${usageOf(DESCRIBED)} line\n\n`;
}

export function help(): string {
  return helpText({
    tool: "utmpset",
    purpose: "Records in utmp that nobody is logged in on the terminal line any more.",
    options: DESCRIBED,
    operands: "line",
  });
}
