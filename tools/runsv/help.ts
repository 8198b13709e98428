/**
 * The usage line of runsv, and the page of `--help`. With what it imports it is a part, runsv/help, which main.ts loads
 * to print one of them.
 *
 * Pure: a name in, text out.
 * Source: runit 2.1.2, for the usage line.
 */
import { helpText, VERSION } from "../../base/usage.ts";

/** runsv has no options that are runit's. */
export const DESCRIBED = [VERSION];

/** @param name the tool's name as it was called */
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
