/** The memory of supervisors: forked ones share most of it, and none grows by its work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memory } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { scan, testBothWays } from "../support/scan.ts";
import { FOREVER } from "../support/service.ts";
import { originalInPlace, ours, tool } from "../support/suite.ts";

const skip =
  (originalInPlace && "the memory of ours") ||
  (process.platform !== "linux" && "reads /proc/PID/smaps_rollup");

const BREADTH = 20;
/** Without sharing each has 600 KiB of its own. */
const OWN_KIB = 250;

const WARM_UP = 600;
const RESTARTS = 1_200;
/** An empty object that leaks in each restart takes twice as much. */
const GROWTH_KIB = 24;

test("forked supervisors share most of their memory", { skip }, async (t) => {
  const names = Array.from({ length: BREADTH }, (_, index) => `s${index}`);
  const scanner = scan(t, Object.fromEntries(names.map((name) => [name, { run: FOREVER }])));
  for (const name of names) {
    await scanner.service(name).untilRunning();
    const { privateDirtyKiB } = memory(await scanner.untilRunsv(name));
    assert.ok(privateDirtyKiB < OWN_KIB, `${name} has ${privateDirtyKiB} KiB of its own`);
  }
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
      const { code, stderr } = await run(scanner.box, words, { deadlineMs: 300_000 });
      assert.deepEqual([code, stderr], [0, ""]);
      return memory(supervisor).privateDirtyKiB;
    };
    const before = await restart(WARM_UP);
    const after = await restart(RESTARTS);
    assert.ok(after - before < GROWTH_KIB, `from ${before} to ${after} KiB`);
  },
);
