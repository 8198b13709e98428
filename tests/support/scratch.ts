/**
 * Directories that are gone when this process ends, however it ends, and where to put what no disk
 * shall slow.
 */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = "/dev/shm";

/** @param parent use {@link placeInMemory} if no disk is to be measured */
export function scratchDirectory(parent: string): string {
  const dir = mkdtempSync(join(parent, "runits-scratch-"));
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * A file system in memory that has room for so many bytes and lets programs run; else that for
 * temporary files.
 */
export function placeInMemory(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize >= bytes && letsRun(IN_MEMORY)) return IN_MEMORY;
  } catch {
    // There is none, or not for us.
  }
  return tmpdir();
}

/** Containers mostly have it mounted `noexec`, which access(2) reports. */
function letsRun(place: string): boolean {
  const dir = mkdtempSync(join(place, "runits-scratch-"));
  try {
    const program = join(dir, "program");
    writeFileSync(program, "", { mode: 0o755 });
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
