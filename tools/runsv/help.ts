/**
 * The usage line of runsv, and the page of `--help`. With its imports it forms the part runsv/help,
 * which main.ts loads to print one of them.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line.
 */
import { helpText, VERSION } from "../../base/usage.ts";

/** runit's runsv has no options. */
export const DESCRIBED = [VERSION];

/** @param name the name under which the tool was called */
export function usage(name: string): string {
  return `usage: ${name} dir\n\n`;
}

export function help(): string {
  return helpText({
    tool: "runsv",
    purpose: "Starts and monitors the service in dir, and its log service in dir/log.",
    options: DESCRIBED,
    operands: "dir",
  });
}
