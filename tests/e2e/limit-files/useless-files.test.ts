/** runsv warns of a limit file that has no effect. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER, REPORTER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("bounds: what is wrong with a file", { concurrency: 4, ...improved("bounds") }, () => {
  const SPOILT = {
    "timeout-kill": "5s\n",
    "death-tally-period": "a minute\n",
    "down-signal": "SIGSTOPP\n",
    timeout_finish: "5000\n",
    "Max-Death-Tallys": "3\n",
  };
  const warnings = (where: string) => [
    `./${where}timeout-kill: "5s" is not a number of milliseconds.`,
    `./${where}death-tally-period: "a minute" is not a number of milliseconds.`,
    `./${where}down-signal: "SIGSTOPP" is not a signal.`,
    `./${where}timeout_finish: means nothing, did you mean timeout-finish?`,
    `./${where}Max-Death-Tallys: means nothing, did you mean max-death-tally?`,
  ];

  testBothWays(
    "is reported when the supervisor starts, of the log service too",
    {},
    async (t, start) => {
      const web = { run: FOREVER, files: SPOILT, log: { run: "exec cat", files: SPOILT } };
      const scanner = start(t, { web });
      const expected = [...warnings(""), ...warnings("log/")];
      for (const text of expected) await scanner.untilMessage(`runsv web: warning: ${text}\n`);
      assert.equal(scanner.stderr.split("\n").length - 1, expected.length, scanner.stderr);
    },
  );

  test("is not reported again when the file counts, unless something else is wrong then", async (t) => {
    const service = supervise(t, { run: REPORTER, files: { "down-signal": "STOPP\n" } });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    writeFileSync(service.path("down-signal"), "HALT\n");
    service.control("t");
    await service.untilLines(5);
    const [first, second] = ["STOPP", "HALT"].map(
      (text) => `runsv service: warning: ./down-signal: "${text}" is not a signal.\n`,
    );
    await service.untilMessage(`${second}`);
    assert.equal(service.stderr, `${first}${second}`);
  });

  test("is not said of files of others, of copies, and beside the right name", async (t) => {
    const files = {
      "timeout-kill~": "x",
      ".timeout-kill.swp": "x",
      "#timeout-kill#": "x",
      "timeout-kill.dpkg-old": "x",
      "timeout-up": "x",
      "notification-fd": "3",
      environment: "x",
      "timeout-kill": "5000\n",
      timeout_kill: "x",
    };
    const service = supervise(t, { run: FOREVER, files });
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.stderr, "");
  });

  test("is a file that has no effect without another one", async (t) => {
    const files = {
      watchdog: "1000",
      "timeout-ready": "1000",
      "check-timeout": "1000",
      "check-restart": "3",
    };
    const service = supervise(t, { run: FOREVER, files });
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.deepEqual(service.stderr.split("\n").sort(), [
      "",
      "runsv service: warning: ./check-restart: means nothing without check-period.",
      "runsv service: warning: ./check-timeout: means nothing without check-period.",
      "runsv service: warning: ./timeout-ready: means nothing without notification-fd or notify-socket or check-period.",
      "runsv service: warning: ./watchdog: means nothing without notify-socket.",
    ]);
    const beside = { ...files, "notify-socket": "", "check-period": "60000" };
    const other = supervise(t, { run: FOREVER, check: "true", files: beside });
    await other.untilRunning();
    other.control("x");
    assert.equal(await other.exitCode(), 0);
    assert.equal(other.stderr, "");
  });

  testBothWays("is a down-signal that the service inherits as ignored", {}, async (t, start) => {
    // As a shell does for commands in the background.
    const via = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"];
    const web = { run: FOREVER, files: { "down-signal": "INT\n", "timeout-kill": "5000\n" } };
    const scanner = start(t, { web }, { via });
    await scanner.untilMessage(
      "runsv web: warning: ./down-signal: ignored by ./run, as it was when runsv was started.\n",
    );
  });
});
