/**
 * A large tree: it starts whole, and the death of runsvdir starts none of its services a second
 * time.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kinship, limits } from "../support/procfs.ts";
import { type Running, Sandbox, sendSignal } from "../support/sandbox.ts";
import { makeService } from "../support/service.ts";
import { type Suite, tool } from "../support/suite.ts";
import { eventually, NeverHappened, unchanged } from "../support/wait.ts";
import type { Case } from "./fault-case.ts";
import type { Verdict } from "./fault-tree.ts";

const DEADLINE_MS = 300_000;
const QUIET_MS = 2_000;
const DESCRIPTORS_EACH = 6;

export function manyServices(count: number): Case[] {
  const kind = `${count.toLocaleString("en")} services, and runsvdir is killed`;
  // runit's runsvdir takes 1,000 at most.
  return [[], ["--dense"]].map((options) => ({
    kind,
    name: options.join() || "forked",
    isOursAlone: true,
    play: (suite) => play(suite, options.length > 0 ? Math.min(count, denseMax()) : count, options),
  }));
}

/**
 * With --dense one process has the descriptors of all: as many services as the hard limit has room
 * for.
 */
function denseMax(): number {
  const hard = /^Max open files +\S+ +(\d+)/m.exec(limits(process.pid))?.[1];
  return Math.floor(Number(hard) / DESCRIPTORS_EACH);
}

async function play(suite: Suite, count: number, options: readonly string[]): Promise<Verdict> {
  const box = new Sandbox();
  const services = join(box.dir, "services");
  const dirs = Array.from({ length: count }, (_, n) => join(services, `service${n}`));
  mkdirSync(services);
  for (const dir of dirs) makeService(dir, { run: "echo >>starts; exec sleep 1000000" });
  const starts = () => dirs.map(startsOf);
  const started = () => starts().filter((times) => times > 0).length;
  const scan = (): Running =>
    box.start([tool(suite, "runsvdir"), ...options, services], {
      argv0: "runsvdir",
      env: { PATH: `${suite.bin}:/usr/bin:/bin` },
    });
  const until = (what: string, look: () => boolean, tell: () => string) =>
    eventually(what, () => look() || undefined, tell, DEADLINE_MS);
  const complaints: string[] = [];
  let doubleStarts = 0;
  try {
    const first = scan();
    await until(
      "start of all",
      () => started() === count,
      () => `${started()} started`,
    );
    sendSignal(first.pid, "SIGKILL");
    await first.ended;
    const next = scan();
    const isBusy = () => kinship(next.pid)?.state === "R";
    await unchanged(() => next.stderr(), QUIET_MS, isBusy, DEADLINE_MS);
    next.signal("SIGHUP");
    await until(
      "end of all",
      () => box.processes().length === 0,
      () => `${box.processes().length} processes are left`,
    );
  } catch (error) {
    if (!(error instanceof NeverHappened)) throw error;
    complaints.push(error.message);
  } finally {
    doubleStarts = starts().reduce((sum, times) => sum + Math.max(0, times - 1), 0);
    await box.close();
  }
  return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts };
}

function startsOf(dir: string): number {
  try {
    return readFileSync(join(dir, "starts")).length;
  } catch {
    return 0; // not yet
  }
}
