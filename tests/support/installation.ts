/** A copy of our executables, for tests that replace them under a running tree. */
import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, isAlive } from "./procfs.ts";
import { type Cleanup, sandbox } from "./sandbox.ts";
import { FOREVER, type ServiceDirectory } from "./service.ts";
import { improved, ours, type Suite } from "./suite.ts";

export const UPGRADE = improved("upgrade");

/** Of runsvdir and runsv, which is a link to it. */
const EXECUTABLE = "runsvdir";

/** Our suite at a place of its own, whose executable can be replaced. */
export class Installation {
  readonly suite: Suite;
  readonly #bin: string;

  constructor(t: Cleanup) {
    this.#bin = join(sandbox(t).dir, "bin");
    this.suite = { name: "installed", bin: this.#bin, missing: ours.missing };
    mkdirSync(this.#bin);
    cpSync(ours.bin, this.#bin, { recursive: true, verbatimSymlinks: true });
  }
  /** Puts the same executable in the place of the old one, in one step. */
  replace(): void {
    cpSync(join(ours.bin, EXECUTABLE), join(this.#bin, "new"));
    renameSync(join(this.#bin, "new"), join(this.#bin, EXECUTABLE));
  }
  /** When that was. */
  get replacedNs(): bigint {
    return statSync(join(this.#bin, EXECUTABLE), { bigint: true }).ctimeNs;
  }
  /** Puts a script in its place that executes it, and appends a line to `file` each time. */
  wrap(file: string): void {
    const words = `echo asked >>'${file}'; exec "${ours.bin}/\${0##*/}" "$@"`;
    this.spoil(`#!/bin/sh\n${words}\n`);
  }
  /** Puts something in its place that is no such executable. */
  spoil(text: string, mode = 0o755): void {
    writeFileSync(join(this.#bin, "new"), text);
    chmodSync(join(this.#bin, "new"), mode);
    renameSync(join(this.#bin, "new"), join(this.#bin, EXECUTABLE));
  }
}

export const isReplaced = (pid: number) => executable(pid)?.endsWith(" (deleted)") === true;

/** Until these processes execute what is in place now; each still is the one that it was. */
export async function untilReexecuted(
  service: ServiceDirectory,
  pids: readonly number[],
): Promise<void> {
  await service.untilTrue("new executable", () => {
    assert.ok(pids.every(isAlive), "a process has ended");
    return !pids.some(isReplaced);
  });
}

/**
 * By the executable in place: while one program takes the place of the other, the files of the one
 * are open for a moment longer, and a command that is written then is read by nobody.
 */
export async function untilSupervisedAnew(
  service: ServiceDirectory,
  { replacedNs }: Installation,
): Promise<void> {
  const isPublished = () =>
    statSync(service.path("supervise/status"), { bigint: true }).mtimeNs >= replacedNs;
  await service.untilTrue("supervisor", () => isPublished() && service.isSupervised());
}

export const COUNTING = [
  "i=0; until [ -e enough ]; do echo $i; i=$((i+1)); [ $((i % 50)) = 0 ] && sleep 0.01; done",
  `echo end; ${FOREVER}`,
].join("\n");

export const REFUSED = /kept the old one: it does not say that it can take over\n/;
export const OTHER_FORMAT = "runits runsv can take over, format 2";
