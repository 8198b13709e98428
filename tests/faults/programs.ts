/** The daemon of the fault matrix, a C program, compiled once. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let made: string | undefined;

/**
 * The path of the executable.
 *
 * @throws where there is no C compiler
 */
export function daemonProgram(): string {
  if (made !== undefined) return made;
  const dir = mkdtempSync(join(tmpdir(), "runits-faults-"));
  chmodSync(dir, 0o755); // also for daemons that are not root
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  made = join(dir, "daemon");
  const source = join(import.meta.dirname, "daemon.c");
  execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-o", made, source]);
  return made;
}
