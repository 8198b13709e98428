/** A directory that is gone when the benchmark ends, however it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** @param parent where no disk is to be measured, a file system in memory */
export function scratchDirectory(parent: string): string {
  const dir = mkdtempSync(join(parent, "runits-bench-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
