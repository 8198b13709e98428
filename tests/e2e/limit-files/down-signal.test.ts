/** down-signal names the stop signal. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { REPORTER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("bounds: down-signal", { concurrency: 4, ...improved("bounds") }, () => {
  for (const [text, name] of [
    ["INT\n", "INT"],
    ["SIGHUP", "HUP"],
    ["quit\n", "QUIT"],
    ["USR1\n", "USR1"],
    ["14\n", "ALRM"],
  ] as const) {
    test(`runsv sends ${name} as the stop signal if down-signal is ${text.trim()}`, async (t) => {
      const service = supervise(t, { run: REPORTER, files: { "down-signal": text } });
      await service.untilLines(1);
      await service.untilRunning();
      service.control("t");
      await service.untilLines(2);
      assert.deepEqual(service.lines(), ["start", name]);
      await service.untilStat("run, got TERM");
    });
  }

  test("runsv sends WINCH, and signals that have only a number, as stop signals", async (t) => {
    const run = "trap 'echo 28 >>trace' 28; trap 'echo 37 >>trace; exit' 37; echo start >>trace\n";
    const service = supervise(t, {
      run: `${run}while :; do sleep 1000 & wait $!; kill $!; done 2>/dev/null`,
      files: { "down-signal": "WINCH\n" },
    });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(2);
    writeFileSync(service.path("down-signal"), "37\n");
    service.control("d");
    await service.untilStat("down");
    assert.deepEqual(service.lines(), ["start", "28", "37"]);
  });

  test("runsv runs control/t before the stop signal, and sends CONT after it to a paused service", async (t) => {
    const service = supervise(t, {
      run: REPORTER,
      control: { t: "test -e veto; code=$?; echo asked >>trace; exit $code" },
      files: { "down-signal": "INT\n", veto: "" },
    });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(2);
    rmSync(service.path("veto"));
    service.control("pd");
    await service.untilLines(4);
    assert.deepEqual(service.lines(), ["start", "asked", "asked", "INT"]);
    service.control("k");
  });
});
