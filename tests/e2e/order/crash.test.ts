/** A supervisor obeys a command that comes in the moment of a crash. */
import assert from "node:assert/strict";
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { whileHeld } from "../../support/held.ts";
import { GROWN_UP, inRun, untilLeftDown } from "../../support/order.ts";
import { isAlive, kinship } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("a command that somebody gives in the moment of a crash", { concurrency: 4 }, () => {
  for (const [when, isEarly] of [
    ["just before it", true],
    ["just after it", false],
  ] as const) {
    testBothWays(`leaves the service down: ${when}`, {}, async (t, start) => {
      const scanner = start(t, { web: GROWN_UP });
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      await web.untilLines(1, "old");
      await whileHeld(await scanner.untilSupervisor("web"), async () => {
        if (isEarly) web.control("d");
        sendSignal(pid, "SIGKILL");
        await web.untilTrue("end of the process", () => !isAlive(pid));
        if (!isEarly) web.control("d");
      });
      await untilLeftDown(web);
      assert.deepEqual(web.lines(), ["start"]);
    });
  }

  test(
    "leaves it down, however many commands come first",
    improved("control-scripts-async"),
    async (t) => {
      const service = supervise(t, inRun("t"));
      const { pid } = await service.untilRunning();
      await whileHeld(service.runsv.pid, async () => {
        service.control(`${"udc".repeat(5_000)}d`);
        writeFileSync(service.path("go"), "");
        await service.untilTrue("end of the process", () => !isAlive(pid));
      });
      await untilLeftDown(service);
      assert.deepEqual(service.lines(), ["start"]);
    },
  );

  test(
    "is obeyed by the next supervisor, if this one dies too",
    improved("adoption"),
    async (t) => {
      const service = supervise(t, GROWN_UP);
      const { pid } = await service.untilRunning();
      await service.untilLines(1, "old");
      // As runsvdir does, which keeps unread bytes.
      const control = openSync(service.path("supervise/control"), constants.O_RDWR);
      t.after(() => closeSync(control));
      await whileHeld(service.runsv.pid, () => {
        service.control("d");
        sendSignal(pid, "SIGKILL");
        service.runsv.signal("SIGKILL");
      });
      await service.runsv.exit();
      await service.untilTrue("collected process", () => kinship(pid) === undefined);
      service.another();
      await untilLeftDown(service);
      // A second process could be gone before it has written anything.
      assert.match(service.text("supervise/history"), /^endings 1$/m);
    },
  );

  testBothWays("is obeyed also across USR2", improved("upgrade"), async (t, start) => {
    const scanner = start(t, { web: GROWN_UP });
    const web = scanner.service("web");
    const { pid } = await web.untilRunning();
    await web.untilLines(1, "old");
    const supervisor = await scanner.untilSupervisor("web");
    await whileHeld(supervisor, () => {
      web.control("d");
      sendSignal(supervisor, "SIGUSR2");
      sendSignal(pid, "SIGKILL");
    });
    await untilLeftDown(web);
    assert.deepEqual(web.lines(), ["start"]);
  });
});
