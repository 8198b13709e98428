/**
 * The usage line of pause, and the page of `--help`.
 *
 * Pure: text out.
 */
import { helpText, VERSION } from "../../base/usage.ts";

export const DESCRIBED = [VERSION];

export const USAGE = "usage: pause\n";

export function help(): string {
  return helpText({
    tool: "pause",
    purpose: `\
Waits until TERM or INT arrives, then exits 0; ignores HUP. The last line of a
./run that only sets something up: exec pause.`,
    options: DESCRIBED,
    operands: "",
  });
}
