/** A supervisor that was commanded to exit is not held up by later commands. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { AWAIT_GO, command } from "../../support/order.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER, STUBBORN } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("an exit that was asked for", { concurrency: 4, ...improved("exit-stays") }, () => {
  for (const byte of ["d", "k", "t"] as const) {
    test(`is not taken back by '${byte}'`, async (t) => {
      const service = supervise(t, { run: STUBBORN });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.untilStat("run, got TERM, want exit");
      service.control(byte);
      if (byte !== "k") sendSignal(pid, "SIGKILL");
      assert.equal(await service.exitCode(), 0);
    });
  }

  test("is not taken back by ./finish, which says 'd'", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      finish: `${command("d")}; sleep 0.3; echo said >>trace`,
    });
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.lines(), ["said"]);
  });

  testBothWays("by TERM to runsvdir ends its service, and no 'd' helps", {}, async (t, start) => {
    const web = { run: FOREVER, finish: `${AWAIT_GO}; ${command("d")}; sleep 0.1` };
    const scanner = start(t, { web });
    await scanner.service("web").untilRunning();
    scanner.runsvdir.signal("SIGHUP");
    writeFileSync(scanner.service("web").path("go"), "");
    assert.equal((await scanner.runsvdir.exit()).code, 111);
    await scanner.until("nothing left", () =>
      scanner.box.processes().length === 0 ? true : undefined,
    );
  });

  test(
    "is kept by the next supervisor, whatever is said to it",
    improved("adoption"),
    async (t) => {
      const service = supervise(t, { run: STUBBORN });
      const { pid } = await service.untilRunning();
      await service.untilLines(1);
      service.control("x");
      await service.untilStat("run, got TERM, want exit");
      service.runsv.signal("SIGKILL");
      await service.runsv.exit();
      const next = service.another();
      await next.untilSupervised();
      next.control("d");
      sendSignal(pid, "SIGKILL");
      assert.equal(await next.exitCode(), 0);
    },
  );
});
