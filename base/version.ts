/** The output of `--version` and `-V`, for each tool that has one. */
import * as posix from "posix";
import { print, STDOUT } from "./report.ts";

/** Prints the suite's version; returns the exit code. */
export function printVersion(): number {
  print(STDOUT, `runits ${posix.VERSION}\n`);
  return 0;
}
