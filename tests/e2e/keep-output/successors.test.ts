/**
 * keep-output: a supervisor that is killed, or that re-execs, costs the service no line and no
 * signal.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { COUNTING, Installation, UPGRADE, untilReexecuted } from "../../support/installation.ts";
import { isAlive, openFiles } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { both } from "../../support/skip.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { ADOPTION, kill } from "../../support/takeover.ts";

const KEPT = "supervise/output";
const FILES = { "keep-output": { text: "", mode: 0o644 } };
const COUNT = both(improved("keep-output"), ADOPTION);

/** Writes 1,000 numbers for each file `burst`. */
const BURSTS = [
  "i=0; until [ -e enough ]; do",
  "if [ -e burst ]; then rm burst; seq $i $((i+999)); i=$((i+1000)); echo >>bursts; fi",
  `sleep 0.01; done; echo end; ${FOREVER}`,
].join("\n");
/** Has runsvdir write to a file, so that its successor continues there. */
const VIA = ["sh", "-c", 'exec "$@" >>all', "sh"];

async function assertCounted(scanner: Scan): Promise<void> {
  const all = () => readFileSync(join(scanner.box.dir, "all"), "latin1").trimEnd().split("\n");
  await scanner.until("last line", () => (all().at(-1) === "end" ? true : undefined));
  const numbers = all().slice(0, -1);
  assert.ok(numbers.length > 100, `${numbers.length} lines`);
  assert.ok(
    numbers.every((line, at) => line === `${at}`),
    "each line once and in order",
  );
}

for (const [mode, args] of [
  ["runsvdir", []],
  ["runsvdir --dense", ["--dense"]],
] as const) {
  const isDense = mode.includes("dense");

  describe(`keep-output: ${mode}`, { concurrency: 2, ...COUNT }, () => {
    test("what the service writes while its supervisor is dead passes on later", async (t) => {
      const services = { web: { run: BURSTS, files: FILES } };
      const scanner = scan(t, services, { args, via: VIA });
      const service = scanner.service("web");
      const { pid } = await service.untilRunning();
      const all = () => readFileSync(join(scanner.box.dir, "all"), "latin1");
      for (let round = 1; round <= 5; round += 1) {
        await service.untilSupervised();
        // A supervisor that is killed while it passes a line on may lose it.
        const last = round === 1 ? "" : `${(round - 1) * 1_000 - 1}\n`;
        await service.untilTrue("the burst before", () => all().endsWith(last));
        const supervisor = await scanner.untilSupervisor("web");
        sendSignal(supervisor, "SIGKILL");
        await scanner.until("its end", () => (isAlive(supervisor) ? undefined : true));
        writeFileSync(service.path("burst"), "");
        if (isDense) {
          await service.untilLines(round, "bursts");
          scanner.startAgain();
        } else {
          scanner.runsvdir.signal("SIGALRM"); // no rest for a runsv that is killed often
          await service.untilLines(round, "bursts");
        }
      }
      await service.untilSupervised();
      writeFileSync(service.path("enough"), "");
      await assertCounted(scanner);
      assert.equal(service.status().pid, pid);
      await service.untilTrue("end", () => service.text(KEPT).endsWith("\nend\n"));
    });

    test("whatever the service writes passes on while runsvdir re-execs", UPGRADE, async (t) => {
      const installation = new Installation(t);
      const services = { web: { run: COUNTING, files: FILES } };
      const scanner = scan(t, services, { args, via: VIA, suite: installation.suite });
      const service = scanner.service("web");
      const { pid } = await service.untilRunning();
      await service.untilSupervised();
      for (let round = 0; round < 3; round += 1) {
        const supervisor = await scanner.untilSupervisor("web");
        installation.replace();
        scanner.runsvdir.signal("SIGUSR2");
        await untilReexecuted(service, [scanner.runsvdir.pid, supervisor]);
        await service.untilSupervised();
      }
      writeFileSync(service.path("enough"), "");
      await assertCounted(scanner);
      assert.equal(service.status().pid, pid);
      await service.untilTrue("end", () => service.text(KEPT).endsWith("\nend\n"));
    });
  });
}

describe("keep-output: the next runsv", { concurrency: 3, ...COUNT }, () => {
  test("keeps what came before it, and what the service wrote meanwhile", async (t) => {
    const service = supervise(t, {
      run: `echo first; until [ -e go ]; do sleep 0.01; done; echo second; echo third >&2; echo >>done; ${FOREVER}`,
      files: FILES,
    });
    const { pid } = await service.untilRunning();
    await service.untilTrue("first line", () => service.has(KEPT));
    await kill(await service.untilSupervised());
    writeFileSync(service.path("go"), "");
    await service.untilLines(1, "done");
    const next = service.another();
    const lines = () => next.lines(KEPT);
    await next.untilTrue("all lines", () => lines().length === 3);
    assert.deepEqual(lines().sort(), ["first", "second", "third"]);
    await next.untilTrue("output", () => next.runsv.stdout() === "second\n");
    await next.untilMessage("third\n");
    assert.equal(next.status().pid, pid);
    sendSignal(pid, "SIGKILL");
    await next.untilRunning(pid);
    await next.untilTrue("the next start", () => next.runsv.stdout() === "second\nfirst\nsecond\n");
  });

  test("reads on although the file is gone, and the process after this one does without", async (t) => {
    const service = supervise(t, {
      run: `echo first; trap 'echo second' USR1; while :; do sleep 0.05; done`,
      files: FILES,
    });
    const { pid } = await service.untilRunning();
    await service.untilTrue("first line", () => service.has(KEPT));
    await kill(await service.untilSupervised());
    rmSync(service.path("keep-output"));
    const next = await service.another().untilSupervised();
    next.control("1");
    await next.untilTrue("second line", () => next.runsv.stdout() === "second\n");
    sendSignal(pid, "SIGKILL");
    const { pid: later } = await next.untilRunning(pid);
    const target = (of: number) => openFiles(of).get(1)?.target;
    assert.equal(target(later), target(next.runsv.pid));
  });
});
