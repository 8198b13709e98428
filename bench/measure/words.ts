/** The words of sv that show many services, and its logs: their cost as whole processes. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ours } from "../../tests/support/suite.ts";
import type { Usage } from "../driver.ts";
import { makeLines } from "../lines.ts";
import { atLeast, atMost, type Row } from "../measurement.ts";
import type { Bench, Measurement } from "../session.ts";
import { median } from "../statistics.ts";
import { Tree } from "../tree.ts";

const SERVICES = 1_000;
const TIMES = 9;
const SV = join(ours.bin, "sv");
/** Executes the rest with its output discarded. */
const DISCARDING = 'exec "$@" >/dev/null';
const SETTLE_MS = 2_000;
const WATCH_MS = 5_000;
const LOG_MIB = 20;

const inMs = { unit: "ms", better: "lower" } as const;
const looks = [
  { name: "sv list of 1,000 services, processor time", words: ["list"], goalMs: 60 },
  { name: "sv list --json of 1,000, processor time", words: ["list", "--json"], goalMs: 80 },
  { name: "sv metrics of 1,000, processor time", words: ["metrics"], goalMs: 60 },
] as const;
const lookRows = looks.map(
  ({ name, goalMs }): Row => ({ ...inMs, name, goals: [atMost(goalMs, "dense")] }),
);
const memoryRow: Row = {
  name: "sv list of 1,000 services, memory",
  unit: "MiB",
  better: "lower",
  goals: [],
};
const watchRow: Row = {
  name: "sv watch of 1,000 idle services, wake-ups",
  unit: "1/s",
  better: "lower",
  goals: [atMost(0, "dense")],
};

const looking: Measurement = {
  rows: [...lookRows, memoryRow, watchRow],
  subjects: ["dense"],
  rounds: { quick: 1, full: 5 },
  warmsUp: true,
  async open({ driver }, subject) {
    const tree = await Tree.up(subject, driver, SERVICES);
    await pause(SETTLE_MS);
    return {
      async measure() {
        const found = new Map<string, number>();
        for (const { name, words } of looks) {
          const usages = usagesOf(driver, [`SVDIR=${tree.dir}`, SV, ...words]);
          found.set(name, median(usages.map(({ cpuS }) => cpuS * 1e3)));
          if (words[0] === "list")
            found.set(memoryRow.name, median(usages.map((one) => one.rssMiB)));
        }
        return found.set(watchRow.name, await wakeUps(tree.dir));
      },
      close: () => tree.close(),
    };
  },
};

const logRows = [1, 2].map(
  (logs): Row => ({
    name: `sv logs of ${logs === 1 ? "one log" : "two logs, line by line in turns"}`,
    unit: "MB/s",
    better: "higher",
    goals: logs === 1 ? [atLeast(300)] : [],
  }),
);

const logging: Measurement = {
  rows: logRows,
  subjects: ["ours"],
  rounds: { quick: 1, full: 5 },
  warmsUp: true,
  open({ driver }) {
    const dir = mkdtempSync(join(tmpdir(), "runits-bench-"));
    makeLogs(dir);
    return {
      measure() {
        return new Map(
          logRows.map(({ name }, index) => {
            const names = ["one", "two"].slice(0, index + 1);
            const command = [`SVDIR=${dir}`, SV, "logs", "-n", "all", ...names];
            const [{ cpuS }] = usagesOf(driver, command, 1) as [Usage];
            return [name, (names.length * LOG_MIB * 2 ** 20) / 1e6 / cpuS];
          }),
        );
      },
      close: async () => rmSync(dir, { recursive: true }),
    };
  },
};

/** Two logs with stamps, of which each has every second line in time. */
function makeLogs(dir: string): void {
  const lines = makeLines(100).split("\n").slice(0, -1);
  for (const [at, name] of ["one", "two"].entries()) {
    const main = join(dir, name, "log/main");
    mkdirSync(main, { recursive: true });
    const text: string[] = [];
    let count = at;
    for (let bytes = 0; bytes < LOG_MIB * 2 ** 20; count += 2) {
      const label = `@40000000${(0x65e0a2d0 + count).toString(16)}00000000`;
      const line = `${label} ${lines[count % lines.length]}\n`;
      text.push(line);
      bytes += line.length;
    }
    writeFileSync(join(main, "current"), text.join(""));
  }
}

/** @param words of env(1) */
function usagesOf(driver: Bench["driver"], words: readonly string[], times = TIMES): Usage[] {
  const command = ["sh", "-c", DISCARDING, "sh", "env", ...words];
  return Array.from({ length: times }, () => driver.usage(":", command));
}

async function wakeUps(services: string): Promise<number> {
  const watching = spawn(SV, ["watch"], { env: { SVDIR: services }, stdio: "ignore" });
  try {
    await pause(SETTLE_MS);
    const before = switches(watching.pid);
    await pause(WATCH_MS);
    return ((switches(watching.pid) - before) / WATCH_MS) * 1_000;
  } finally {
    watching.kill();
  }
}

function switches(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(text)?.[1]);
}

export const words: readonly Measurement[] = [looking, logging];
