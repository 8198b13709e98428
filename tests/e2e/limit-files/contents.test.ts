/** runsv ignores a limit file that it cannot read or understand; runit ignores them all. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { CRASH, FINISH } from "../../support/limit-files.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { REPORTER } from "../../support/service.ts";
import { debian, improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("bounds: what cannot be understood", { concurrency: 4, ...improved("bounds") }, () => {
  const HOSTILE = [
    "timeout-kill",
    "timeout-finish",
    "down-signal",
    "max-death-tally",
    "restart-delay-max",
  ];

  test("is warned of, and is as if it were not there", async (t) => {
    const files = Object.fromEntries(HOSTILE.map((name) => [name, "-1 or so\n"]));
    const service = supervise(t, { run: REPORTER, finish: FINISH, files });
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    assert.deepEqual(service.lines(), ["start", "TERM", "start"]);
    const warnings = [
      'runsv service: warning: ./down-signal: "-1 or so" is not a signal.',
      'runsv service: warning: ./max-death-tally: "-1 or so" is not a number from 0 to 4096.',
      'runsv service: warning: ./restart-delay-max: "-1 or so" is not a number of milliseconds.',
      'runsv service: warning: ./timeout-finish: "-1 or so" is not a number of milliseconds.',
      'runsv service: warning: ./timeout-kill: "-1 or so" is not a number of milliseconds.',
    ];
    for (const warning of warnings) await service.untilMessage(warning);
    assert.deepEqual(service.stderr.split("\n").slice(0, -1).sort(), warnings);
  });

  test("runsv is not held up by limit files that are FIFOs, directories, devices, long files or dangling links", async (t) => {
    const service = supervise(
      t,
      {
        run: REPORTER,
        finish: FINISH,
        files: {
          "timeout-finish": { directory: true },
          "down-signal": { link: "/dev/zero" },
          "max-death-tally": { link: "nowhere" },
          "restart-delay-max": "1".repeat(100_000),
        },
      },
      { prepare: (dir) => execFileSync("mkfifo", [`${dir}/timeout-kill`]) },
    );
    await service.untilLines(1);
    await service.untilRunning();
    service.control("t");
    await service.untilLines(3);
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    const said = service.stderr;
    assert.ok(said.includes("unable to read ./timeout-finish: is a directory\n"), said);
    assert.ok(said.includes('./timeout-kill: "" is not a number of milliseconds.\n'), said);
    assert.ok(said.includes('./down-signal: "\\x00'), said);
    assert.ok(said.includes('./restart-delay-max: "1111111111111111..." is not a number'), said);
    assert.ok(!said.includes("max-death-tally"), said);
  });

  // In UTF-8 it has a byte whose capital, as a character, is none of Latin-1.
  const micro = "µ\n";
  test("runsv warns of a signal that is not ASCII, also of a log service", async (t) => {
    const files = { "down-signal": micro, "restart-policy": micro };
    const log = { run: "exec cat >/dev/null", files: { "down-signal": micro } };
    const service = supervise(t, { run: REPORTER, files, log });
    for (const path of ["down-signal", "restart-policy", "log/down-signal"]) {
      await service.untilMessage(`runsv service: warning: ./${path}: `);
    }
    await service.untilRunning();
    service.control("x");
    assert.equal(await service.exitCode(), 0);
  });

  test("as a number, 0 is no bound", async (t) => {
    const files = Object.fromEntries(HOSTILE.map((name) => [name, "0\n"]));
    const service = supervise(t, { run: CRASH, files: { ...files, "down-signal": "TERM\n" } });
    await service.untilLines(3);
    assert.equal(service.stderr, "");
  });
});

test("files that set bounds mean nothing to runit", {
  skip: debian.missing ?? false,
}, async (t) => {
  const files = { "timeout-kill": "1\n", "down-signal": "INT\n", "max-death-tally": "1\n" };
  const service = supervise(t, { run: REPORTER, files }, { suite: debian });
  const { pid } = await service.untilRunning();
  await service.untilLines(1);
  sendSignal(pid, "SIGKILL");
  await service.untilRunning(pid);
  await service.untilLines(2);
  service.control("d");
  await service.untilStat("down");
  assert.deepEqual(service.lines(), ["start", "start", "TERM"]);
});
