/** runsvdir restarts a runsv that was killed, which continues with its processes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { allPids, isAlive, kinship } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { ENDING, FOREVER } from "../../support/service.ts";
import { ADOPTION } from "../../support/takeover.ts";

describe("runsvdir: over services of a runsv that was killed", {
  concurrency: 4,
  ...ADOPTION,
}, () => {
  test("runsvdir starts a runsv that goes on, and ./finish gets the exit status of the service", async (t) => {
    for (const [end, told] of [
      ["SIGTERM", "7 0"],
      ["SIGKILL", "-1 9"],
    ] as const) {
      const scanner = scan(t, { web: ENDING });
      const service = scanner.service("web");
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      const runsv = await scanner.untilRunsv("web");
      sendSignal(runsv, "SIGKILL");
      await scanner.untilRunsv("web", runsv);
      await service.untilSupervised();
      assert.equal(service.status().pid, pid);
      sendSignal(pid, end);
      assert.deepEqual(await service.untilLines(1, "ends"), [told]);
      await service.untilRunning(pid);
    }
  });

  test("runsvdir reaps orphans that become its children", async (t) => {
    const scanner = scan(t, { web: { run: `(sleep 0.01 &) ; ${FOREVER}` } });
    await scanner.service("web").untilRunning();
    const left = () =>
      allPids().filter((pid) => {
        const { ppid, state } = kinship(pid) ?? {};
        return ppid === scanner.runsvdir.pid && state === "Z";
      });
    await scanner.until("no zombie", () => (left().length === 0 ? true : undefined));
  });
});

describe("a runsv that is killed at any moment", ADOPTION, () => {
  test("a runsv that is killed at any moment leaves no second process of a service", async (t) => {
    const locked = "flock -n -E 99 -o held sleep 0.01; [ $? = 99 ] && echo double >>doubles";
    // A restart that was asked for does not rest; and a shell that heeded TERM would leave the lock
    // behind.
    const run = `trap '' TERM; echo start >>trace; ${locked}; exit 0`;
    const scanner = scan(t, { web: { run, finish: `${locked}; exit 0` } });
    const service = scanner.service("web");
    let runsv = 0;
    for (let round = 0; round < 60; round++) {
      const next = await scanner.untilRunsv("web", runsv);
      runsv = next;
      // The moments are spread over the beginning of runsv, a start, a run and a ./finish.
      if (round % 4 !== 0) await service.untilSupervised();
      for (let turn = 0; turn < round % 4; turn++) {
        if (service.isSupervised()) service.control("t");
        await pause((round * 7 + turn * 3) % 13);
      }
      try {
        sendSignal(next, "SIGKILL");
      } catch {
        // It was a child of the one before, not yet executed, which has died with its parent.
      }
      await scanner.until("end of runsv", () => (isAlive(next) ? undefined : true));
      scanner.runsvdir.signal("SIGALRM"); // no rest for a runsv that is killed often
    }
    await service.untilSupervised();
    const starts = service.lines().length;
    await service.untilLines(starts + 1);
    assert.deepEqual(service.lines("doubles"), []);
    assert.ok(starts > 10, `${starts} starts`);
  });
});
