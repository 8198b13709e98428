/** pause: a process for services that only set something up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { comm, kinship, memory, statusLines } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { type Running, sandbox } from "../support/sandbox.ts";
import { improved, ours } from "../support/suite.ts";
import { up } from "../support/sv.ts";
import { eventually } from "../support/wait.ts";

const PAUSE = join(ours.bin, "pause");
/** A shell has ten times as much. */
const OWN_KIB = 100;

const HUP = 1n;

async function untilWaiting({ pid }: Running): Promise<void> {
  const ignored = () => BigInt(`0x${statusLines(pid).get("SigIgn") ?? "0"}`);
  const waits = () => (ignored() & HUP) !== 0n && kinship(pid)?.state === "S";
  const tell = () => `${kinship(pid)?.state}`;
  await eventually("pause waits", () => waits() || undefined, tell);
}

describe("pause", { concurrency: 4, ...improved("pause") }, () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`pause exits 0 at ${signal}, and ignores HUP`, async (t) => {
      const pause = sandbox(t).start([PAUSE]);
      await untilWaiting(pause);
      pause.signal("SIGHUP");
      pause.signal(signal);
      assert.deepEqual(await pause.exit(), { code: 0, signal: null });
      assert.equal(pause.stdout() + pause.stderr(), "");
    });
  }

  test("pause uses almost no memory", { skip: process.platform !== "linux" }, async (t) => {
    const pause = sandbox(t).start([PAUSE]);
    await untilWaiting(pause);
    const { privateDirtyKiB } = memory(pause.pid);
    assert.ok(privateDirtyKiB < OWN_KIB, `${privateDirtyKiB} KiB`);
  });

  test("a service that ends by exec pause is up until it is stopped, then undone", async (t) => {
    const service = await up(t, {
      run: `echo set up >>trace; exec ${PAUSE}`,
      finish: 'echo "undone $*" >>trace',
    });
    await service.untilTrue("pause", () => comm(service.status().pid) === "pause");
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines(), ["set up", "undone 0 0"]);
  });

  test("pause takes no arguments", async (t) => {
    const { code, stdout, stderr } = await run(sandbox(t), [PAUSE, "10"]);
    assert.deepEqual([code, stdout, stderr], [100, "", "usage: pause\n"]);
  });
});
