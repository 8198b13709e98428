/**
 * The start and the end of every tool: the generated entry of each bundle passes the tool's main to
 * `start`.
 */
import * as posix from "posix";
import { isExit, print, STDERR } from "./report.ts";
import { describe } from "./trace.ts";

/** runit's exit code for a failed system call; runits uses it for its own bugs too. */
const EXIT_FAULT = 111;

/** Runs `main` on the command line and exits with the code that it returns. */
export function start(main: (argv: readonly string[]) => number): never {
  const argv = posix.argv();
  posix.exit(exitCodeOf(() => main(argv), argv[0] ?? "runits"));
}

/**
 * Returns the result of `body`, usually an exit code. If `body` throws an Exit, returns its
 * code; after any other exception, which is a bug, prints the stack and returns 111.
 */
export function exitCodeOf<T>(body: () => T, tool: string): T | number {
  try {
    return body();
  } catch (error) {
    if (isExit(error)) return error.code;
    print(STDERR, `${tool}: fatal: ${describe(error)}\n`);
    return EXIT_FAULT;
  }
}
