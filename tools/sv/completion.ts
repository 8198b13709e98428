/**
 * `sv --completion SHELL`. A program of its own, sv/completion.
 */
import { print, STDERR } from "../../base/report.ts";
import { completionScript, SHELLS } from "./words/completion-scripts.ts";
import { RUNIT_WORDS } from "./words/names.ts";
import { SPECS } from "./words/specs.ts";
import { printPage } from "./words/word-output.ts";

const EXIT_USAGE = 100;

/** @returns the exit code */
export function completion(name: string): number {
  const shell = SHELLS.find((one) => one === name);
  if (shell === undefined) {
    print(STDERR, `sv: unknown shell: expected ${SHELLS.join(", ")}\n`);
    return EXIT_USAGE;
  }
  return printPage(completionScript(shell, SPECS, RUNIT_WORDS));
}
