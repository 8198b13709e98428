/**
 * The usage line of runsvchdir, and the page of `--help`.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line.
 */
import { helpText, VERSION } from "../../base/usage.ts";

/** runit's runsvchdir has no options. */
export const DESCRIBED = [VERSION];

/** @param name the name under which the tool was called */
export function usage(name: string): string {
  return `usage: ${name} dir\n\n`;
}

export function help(): string {
  return helpText({
    tool: "runsvchdir",
    purpose: `\
Makes dir, which is looked up in /etc/runit/runsvdir, the current services
directory. previous there leads to the one before.`,
    options: DESCRIBED,
    operands: "dir",
  });
}
