/** The daemon of the fault matrix, a C program. */
import { join } from "node:path";
import { compiled } from "../support/compile.ts";

/**
 * The path of the executable.
 *
 * @throws if there is no C compiler
 */
export function daemonProgram(): string {
  return compiled(join(import.meta.dirname, "daemon.c"));
}
