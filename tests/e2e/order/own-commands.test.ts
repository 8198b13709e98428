/** A service gives its supervisor a command, and ends before the supervisor has read it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { whileHeld } from "../../support/held.ts";
import {
  AWAIT_GO,
  command,
  endsInOneStart,
  inFinish,
  inRun,
  release,
  START,
  untilLeftDown,
} from "../../support/order.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("a command that a service gives before it ends", { concurrency: 4 }, () => {
  for (const [byte, meaning, options] of [
    ["d", "leaves it down", {}],
    ["o", "is no reason to start it again", improved("commands-before-end")],
    ["ud", "leaves it down", improved("commands-before-end")],
  ] as const) {
    testBothWays(`'${byte}' in ./run ${meaning}`, options, (t, start) =>
      endsInOneStart(t, start, inRun(byte)),
    );
    testBothWays(`'${byte}' in ./finish ${meaning}`, options, (t, start) =>
      endsInOneStart(t, start, inFinish(byte)),
    );
  }

  for (const [who, description] of [
    ["./run", inRun("x")],
    ["./finish", inFinish("x")],
  ] as const) {
    test(`'x' in ${who} ends its runsv, without another start`, async (t) => {
      const service = supervise(t, description);
      await release(service, service.runsv.pid);
      assert.equal(await service.exitCode(), 0);
      assert.deepEqual(service.lines(), ["start"]);
    });
  }

  testBothWays("'d' in log/run leaves the log service down, and it alone", {}, async (t, start) => {
    const scanner = start(t, { web: { run: FOREVER, log: inRun("d") } });
    const { log } = scanner.service("web");
    await release(log, await scanner.untilSupervisor("web"));
    await untilLeftDown(log);
    assert.deepEqual(log.lines(), ["start"]);
    await scanner.service("web").untilRunning();
  });

  testBothWays(
    "'d' in control/u takes the start back",
    improved("control-scripts-async"),
    async (t, start) => {
      const u = `echo u >>asked; ${AWAIT_GO}; ${command("d")}; echo done >>asked`;
      const scanner = start(t, { web: { run: START, control: { u } } });
      const web = scanner.service("web");
      await web.untilLines(1, "asked");
      await whileHeld(await scanner.untilSupervisor("web"), async () => {
        writeFileSync(web.path("go"), "");
        await web.untilLines(2, "asked");
      });
      await untilLeftDown(web);
      assert.deepEqual(web.lines(), []);
    },
  );
});
