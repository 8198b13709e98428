/**
 * Chooses the directory for the service directories and logs of a run: in memory, as supervise/ is
 * below /run if it comes from a distribution's package. A disk would be measured along with the
 * suites, and differently in each round: when it creates an inode, an ext4 without a journal
 * searches all inodes that were freed in the last minutes.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** Source: Linux include/uapi/linux/magic.h. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x01021994, "tmpfs"],
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x794c7630, "overlay"],
]);

/**
 * Sets TMPDIR, if it is not set, to a directory in memory, if run scripts can be executed there.
 */
export function choosePlace(): void {
  if (process.env.TMPDIR === undefined && isUsable(MEMORY)) process.env.TMPDIR = MEMORY;
}

/** The chosen directory, and the type of its file system. */
export function place(): string {
  const { type } = statfsSync(tmpdir());
  return `${tmpdir()} (${TYPES.get(type) ?? `0x${type.toString(16)}`})`;
}

function isUsable(parent: string): boolean {
  let dir: string | undefined;
  try {
    dir = mkdtempSync(join(parent, "runits-"));
    const script = join(dir, "script");
    writeFileSync(script, "#!/bin/sh\n", { mode: 0o700 });
    return spawnSync(script).status === 0;
  } catch {
    return false; // it does not exist, or we may not write to it
  } finally {
    if (dir !== undefined) rmSync(dir, { recursive: true });
  }
}
