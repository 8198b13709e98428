/**
 * The page of `runit --help`. With its imports this file is a part, runit/help, which main.ts loads
 * to print it.
 *
 * Pure: a path in, text out.
 */
import { helpText, VERSION } from "../../base/usage.ts";
import { SHUTDOWN_FILES } from "../../protocol/shutdown.ts";

import { STAGES } from "./stages.ts";

export const DESCRIBED = [VERSION];

/** @param stopit the file that runit-init writes here */
export function help(stopit: string): string {
  const page = helpText({
    tool: "runit",
    purpose: `\
As process 1, runs ${STAGES[1]}, ${STAGES[2]} and ${STAGES[3]} in turn, and
then powers off or reboots.`,
    options: DESCRIBED,
    operands: "",
  });
  const files = SHUTDOWN_FILES.map((paths) => `  ${paths.stopit}, ${paths.reboot}\n`).join("");
  return `${page}
Files that ask for a shutdown, or a reboot, if their owner may execute them:
${files}runit-init writes ${stopit} here.
`;
}
