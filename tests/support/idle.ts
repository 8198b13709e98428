/** A tree of services that is idle: each process waits for an event, and for no moment in time. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mountOf, notifyingMount } from "../../tools/runsvdir/path-watch.ts";
import { showsCalls, waitsForEver } from "./procfs.ts";
import type { Scan, ScanOptions, scan } from "./scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "./service.ts";
import { improved } from "./suite.ts";

/** Long ago: a directory that has just changed is looked at once more. */
export const OLD_S = 1_000_000_000;

export const FUTURE_S = 4_000_000_000;
export const options = { concurrency: 4, ...improved("scan-notices") };

export const idle = {
  ...options,
  ...(showsCalls ? {} : { skip: "needs /proc/PID/syscall" }),
  ...(isNotifying(tmpdir())
    ? {}
    : { skip: "needs a file system in TMPDIR that tells all changes" }),
};

/** Whether the file system notifies all changes. */
function isNotifying(dir: string): boolean {
  const fd = openSync(dir, constants.O_RDONLY);
  const linesOf = (name: string) => readFileSync(`/proc/self/${name}`, "latin1").split("\n");
  const [mount] = linesOf(`fdinfo/${fd}`)
    .map(mountOf)
    .filter((found) => found !== undefined);
  closeSync(fd);
  return mount !== undefined && linesOf("mountinfo").map(notifyingMount).includes(mount);
}

export const permits = (...words: readonly string[]) =>
  spawnSync("unshare", [...words, "true"]).status === 0 ? {} : { skip: "unshare is not permitted" };

/**
 * Directories of services, and links between them: by their paths, the targets or the services in
 * them.
 */
export function makeLayout(
  dir: string,
  layout: Readonly<Record<string, string | readonly string[]>>,
): void {
  for (const [path, content] of Object.entries(layout)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (typeof content === "string") {
      symlinkSync(content, join(dir, path));
      continue;
    }
    mkdirSync(join(dir, path), { recursive: true });
    for (const name of content) {
      makeService(join(dir, "made", name), { run: FOREVER });
      symlinkSync(join(dir, "made", name), join(dir, path, name));
    }
    utimesSync(join(dir, path), OLD_S, OLD_S);
  }
}

export function replace(dir: string, link: string, text: string): void {
  symlinkSync(text, join(dir, `${link}.new`));
  renameSync(join(dir, `${link}.new`), join(dir, link));
}

export function made(scanner: Scan, name: string): ServiceDirectory {
  return new ServiceDirectory(join(scanner.box.dir, "made", name), () => scanner.stderr);
}

export async function untilIdle(scanner: Scan): Promise<void> {
  await scanner.until("wait for ever", () =>
    waitsForEver(scanner.runsvdir.pid) ? true : undefined,
  );
}

/** Waits until the services are the one that is named, and not the other. */
export async function untilSwitched(scanner: Scan, to: string, from: string): Promise<void> {
  await made(scanner, to).untilRunning();
  await made(scanner, from).untilStat("down");
}

type Start = typeof scan;
type Layout = Parameters<typeof makeLayout>[1];

/** A scanner of `path` in a sandbox laid out so, which runs `web` and waits for ever. */
export async function startIdle(
  t: Parameters<Start>[0],
  start: Start,
  path: string,
  layout: Layout,
  options: ScanOptions = {},
): Promise<Scan> {
  const scanner = start(t, {}, { path, prepare: (dir) => makeLayout(dir, layout), ...options });
  await made(scanner, "web").untilRunning();
  await untilIdle(scanner);
  return scanner;
}
