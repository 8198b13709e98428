/** A sandbox that refuses system calls. */
import { constants } from "node:os";
import { join } from "node:path";
import { compiled } from "./compile.ts";

const SOURCE = join(import.meta.dirname, "refuse.c");

/**
 * The words in front of a command in which these calls fail.
 *
 * @param calls names of system calls, or of options of prctl(2); refuse.c has the list
 */
export function refusing(
  errno: "EACCES" | "EDQUOT" | "EMFILE" | "ENOSYS" | "EPERM",
  ...calls: string[]
): string[] {
  return [compiled(SOURCE), String(constants.errno[errno]), ...calls, "--"];
}
