/** Writes service directories. */
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PlannedFile } from "./service-directory.ts";

/**
 * Makes a service directory. It appears when it is complete; one that exists gets each file anew,
 * and keeps all others.
 *
 * @returns whether it is there; `false` if something is in its place, and `isForced` is not set
 */
export function writeService(
  dir: string,
  files: readonly PlannedFile[],
  isForced: boolean,
): boolean {
  const found = lstatSync(dir, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (!isForced) return false;
    for (const file of files) replaceFile(dir, file);
    return true;
  }
  const fresh = join(dirname(dir), `.${process.pid}.new`);
  rmSync(fresh, { recursive: true, force: true });
  try {
    for (const file of files) writeFile(join(fresh, file.path), file);
    renameSync(fresh, dir);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

function replaceFile(dir: string, file: PlannedFile): void {
  const path = join(dir, file.path);
  const fresh = `${path}.new`;
  try {
    writeFile(fresh, file);
    renameSync(fresh, path);
  } finally {
    if (existsSync(fresh)) rmSync(fresh);
  }
}

function writeFile(path: string, { text, mode }: PlannedFile): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}
