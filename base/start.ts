/**
 * How every tool begins and ends: the generated entry of each bundle calls `start` with the tool's main.
 */
import * as posix from "posix";
import { Exit, print, STDERR } from "./report.ts";
import { describe } from "./trace.ts";

/** runit's code for "the system refused", also for a fault of ours. */
const EXIT_FAULT = 111;

/** Runs `main` on the command line and ends the process with the code that it returns. */
export function start(main: (argv: readonly string[]) => number): never {
  const argv = posix.argv();
  posix.exit(exitCodeOf(() => main(argv), argv[0] ?? "runits"));
}

/**
 * What `body` returns, an exit code most often; instead of an exception the code that an {@link Exit} says, or 111 after a
 * fault of ours, which is printed with its stack.
 */
export function exitCodeOf<T>(body: () => T, tool: string): T | number {
  try {
    return body();
  } catch (error) {
    if (error instanceof Exit) return error.code;
    print(STDERR, `${tool}: fatal: ${describe(error)}\n`);
    return EXIT_FAULT;
  }
}
