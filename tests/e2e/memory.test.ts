/** The memory of supervisors: forked ones share most of it, and none grows by its work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memory } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { scan, scanDense, testBothWays } from "../support/scan.ts";
import { FOREVER } from "../support/service.ts";
import { improved, originalInPlace, ours, tool } from "../support/suite.ts";

const skip =
  (originalInPlace && "the memory of ours") ||
  (process.platform !== "linux" && "reads /proc/PID/smaps_rollup");

const BREADTH = 20;
/** Without sharing each has 600 KiB of its own. */
const OWN_KIB = 250;

/** The sizes of two trees; what they differ by is the memory of the services alone. */
const [FEW, MANY] = [40, 140];
/** 4.7 KiB when this was written, of which the pages of the heap are a part. */
const DENSE_KIB = 6;

const WARM_UP = 600;
const RESTARTS = 1_200;
/** An empty object that leaks in each restart takes twice as much. */
const GROWTH_KIB = 24;
/** A heap that finds its size may grow in one of them, a leak grows in all. */
const ROUNDS = 4;
/** 2,400 processes, on a busy machine too. */
const DEADLINE_MS = 900_000;

test("forked supervisors share most of their memory", { skip }, async (t) => {
  const names = Array.from({ length: BREADTH }, (_, index) => `s${index}`);
  const scanner = scan(t, Object.fromEntries(names.map((name) => [name, { run: FOREVER }])));
  for (const name of names) {
    await scanner.service(name).untilRunning();
    const { privateDirtyKiB } = memory(await scanner.untilRunsv(name));
    assert.ok(privateDirtyKiB < OWN_KIB, `${name} has ${privateDirtyKiB} KiB of its own`);
  }
});

test("with --dense, a service and its log service take a few KiB", {
  skip: skip || improved("dense").skip,
}, async (t) => {
  const sizeOf = async (count: number): Promise<number> => {
    const names = Array.from({ length: count }, (_, index) => `s${index}`);
    const description = { run: FOREVER, log: { run: FOREVER } };
    const scanner = scanDense(t, Object.fromEntries(names.map((name) => [name, description])));
    for (const name of names) {
      await scanner.service(name).untilRunning();
      await scanner.service(name).log.untilRunning();
    }
    return memory(scanner.runsvdir.pid).privateDirtyKiB;
  };
  const few = await sizeOf(FEW);
  const eachKiB = ((await sizeOf(MANY)) - few) / (MANY - FEW);
  assert.ok(eachKiB < DENSE_KIB, `${eachKiB} KiB for each`);
});

testBothWays(
  "a supervisor's memory does not grow with its restarts",
  { skip },
  async (t, start) => {
    const scanner = start(t, { web: { run: FOREVER } });
    const service = scanner.service("web");
    await service.untilRunning();
    const supervisor = await scanner.untilSupervisor("web");
    const restart = async (times: number): Promise<number> => {
      const script = `i=0; while [ $i -lt ${times} ]; do "$1" down "$2" && "$1" up "$2" || exit; i=$((i + 1)); done`;
      const words = ["sh", "-c", script, "sh", tool(ours, "sv"), service.dir];
      const { code, stderr } = await run(scanner.box, words, { deadlineMs: DEADLINE_MS });
      assert.deepEqual([code, stderr], [0, ""]);
      return memory(supervisor).privateDirtyKiB;
    };
    const sizes = [await restart(WARM_UP)];
    for (let round = 1; round <= ROUNDS; round++) {
      const before = sizes.at(-1) ?? 0;
      const after = await restart(RESTARTS);
      if (after - before < GROWTH_KIB) return;
      sizes.push(after);
    }
    assert.fail(`${sizes.join(", ")} KiB, each after ${RESTARTS} restarts more`);
  },
);
