/**
 * Trees that stop in order: a runsvdir with --stop, or as process 1 of a pid namespace, forked or
 * dense.
 */
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { children, isAlive, isServed } from "./procfs.ts";
import { type Cleanup, type Running, sendSignal } from "./sandbox.ts";
import { type Scan, type ScanOptions, scan } from "./scan.ts";
import type { Description } from "./service.ts";
import { type DifferenceKey, improved, ours } from "./suite.ts";

/** Words before a command that becomes process 1. */
export const NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const;
export const canUnshare = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), "true"]).status === 0;

/** A runsvdir that stops in order. */
export class StoppingScan {
  readonly scan: Scan;
  readonly isProcess1: boolean;

  constructor(scan: Scan, isProcess1: boolean) {
    this.scan = scan;
    this.isProcess1 = isProcess1;
  }
  get stderr(): string {
    return this.scan.stderr;
  }
  get stdout(): string {
    return this.scan.runsvdir.stdout();
  }
  service(name: string): ReturnType<Scan["service"]> {
    return this.scan.service(name);
  }
  untilMessage(text: string): Promise<void> {
    return this.scan.untilMessage(text);
  }
  /** The pid of runsvdir, as the test sees it. */
  pid(): Promise<number> {
    const { pid } = this.scan.runsvdir;
    if (!this.isProcess1) return Promise.resolve(pid);
    return this.scan.until("process 1", () => children(pid)[0]);
  }
  /** Returns once it has taken them: a second signal of a name would be none before. */
  async signal(...names: readonly NodeJS.Signals[]): Promise<void> {
    const pid = await this.pid();
    for (const name of names) sendSignal(pid, name);
    await this.scan.until("signals taken", () => isServed(pid) || !isAlive(pid) || undefined);
  }
  exit(): ReturnType<Running["exit"]> {
    return this.scan.runsvdir.exit();
  }
}

export type StartStopping = (
  t: Cleanup,
  services: Readonly<Record<string, Description>>,
  options?: ScanOptions,
) => StoppingScan;

interface Way {
  readonly name: string;
  readonly isProcess1: boolean;
  readonly isDense: boolean;
}

export const WAYS: readonly Way[] = [
  { name: "--stop", isProcess1: false, isDense: false },
  { name: "--stop --dense", isProcess1: false, isDense: true },
  { name: "process 1", isProcess1: true, isDense: false },
  { name: "process 1, --dense", isProcess1: true, isDense: true },
];

/** A test of each way in which a runsvdir stops in order. */
export function testStopping(
  name: string,
  body: (t: Cleanup, start: StartStopping, way: Way) => Promise<void>,
  ways: readonly Way[] = WAYS,
  difference: DifferenceKey = "stop",
): void {
  for (const way of ways) {
    const skip = way.isProcess1 && !canUnshare ? { skip: "unshare is not permitted" } : {};
    test(`${name}; ${way.name}`, { ...improved(difference), ...skip }, (t) =>
      body(t, startBy(way), way),
    );
  }
}

function startBy({ isProcess1, isDense }: Way): StartStopping {
  return (t, services, { args = [], ...options } = {}) => {
    const isBounded = args.some((arg) => arg.startsWith("--stop"));
    const words = [
      ...(isProcess1 || isBounded ? [] : ["--stop"]),
      ...(isDense ? ["--dense"] : []),
      ...args,
    ];
    const via = isProcess1 ? NAMESPACE : [];
    const env = { ...options.env, PATH: `${ours.bin}:/usr/bin:/bin` };
    return new StoppingScan(scan(t, services, { ...options, via, args: words, env }), isProcess1);
  };
}
