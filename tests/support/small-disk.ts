/** File systems with little room, for tests of a full disk. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cleanup } from "./sandbox.ts";

/** The reason to skip a test that mounts. */
export const mounts = process.getuid?.() === 0 ? false : "needs root, to mount";

/** A directory with a file system of so many bytes. */
export function smallDisk(t: Cleanup, bytes: number): string {
  const path = mkdtempSync(join(tmpdir(), "small-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", path]);
  t.after(async () => {
    execFileSync("umount", ["-l", path]);
    rmdirSync(path);
  });
  return path;
}
