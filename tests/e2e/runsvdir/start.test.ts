/** runsvdir starts a supervisor for each entry of its directory. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, cmdline, kinship } from "../../support/procfs.ts";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours } from "../../support/suite.ts";
import { unchanged } from "../../support/wait.ts";

describe("runsvdir: what it starts", { concurrency: 4 }, () => {
  test("runsvdir starts a runsv for each directory and each link to a directory", async (t) => {
    const scanner = scan(
      t,
      { linked: { run: FOREVER } },
      { prepare: (dir) => makeService(join(dir, "services/plain"), { run: FOREVER }) },
    );
    await scanner.service("linked").untilRunning();
    await scanner.service("plain").untilRunning();
    await scanner.untilRunsv("linked");
    await scanner.untilRunsv("plain");
  });

  test("runsvdir runs each runsv in the directory of services, as 'runsv NAME'", async (t) => {
    const scanner = scan(t, { web: { run: `pwd >>trace; ${FOREVER}` } });
    await scanner.service("web").untilLines(1);
    const pid = await scanner.untilRunsv("web");
    assert.deepEqual(cmdline(pid), ["runsv", "web"]);
    assert.equal(readFileSync(`/proc/${pid}/comm`, "latin1"), "runsv\n");
  });

  testBothWays("runsvdir skips names with a leading dot, and files", {}, async (t, scan) => {
    const scanner = scan(
      t,
      { web: { run: FOREVER }, ".hidden": { run: FOREVER } },
      { prepare: (dir) => writeFileSync(join(dir, "services/file"), "") },
    );
    await scanner.service("web").untilRunning();
    assert.equal(children(scanner.runsvdir.pid).length, 1);
    assert.equal(scanner.service(".hidden").has("supervise"), false);
    assert.equal(scanner.stderr, "");
  });

  testBothWays("runsvdir starts one runsv for two names of one directory", {}, async (t, scan) => {
    const scanner = scan(
      t,
      { web: { run: FOREVER } },
      { prepare: (dir) => symlinkSync("../made/web", join(dir, "services/other")) },
    );
    const { pid } = await scanner.service("web").untilRunning();
    await scanner.untilScanned("later");
    assert.equal(children(scanner.runsvdir.pid).length, 2);
    assert.equal(scanner.service("web").status().pid, pid);
    assert.equal(scanner.stderr, "");
  });

  test("runsvdir keeps each runsv in its own session and process group with -P", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { args: ["-P"] });
    const { pid } = await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    assert.equal(kinship(runsv)?.session, runsv);
    assert.equal(kinship(runsv)?.pgrp, runsv);
    assert.equal(kinship(pid)?.session, runsv);
    assert.equal(kinship(pid)?.pgrp, runsv);
  });

  test("runsvdir keeps each runsv in its own session's group without -P", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } });
    await scanner.service("web").untilRunning();
    const runsv = await scanner.untilRunsv("web");
    assert.equal(kinship(runsv)?.session, scanner.runsvdir.pid);
    assert.equal(kinship(runsv)?.pgrp, scanner.runsvdir.pid);
  });

  testBothWays("runsvdir takes '--' for the end of its options", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { args: ["--"] });
    await scanner.service("web").untilRunning();
  });

  testBothWays("runsvdir leaves a service with ./down alone", {}, async (t, scan) => {
    const scanner = scan(t, { web: { run: FOREVER, down: true } });
    const service = scanner.service("web");
    await service.until("rest", ({ phase, want }) => phase === "down" && want === "down");
  });

  test("runsvdir prints its usage without a directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsvdir", []);
    assert.deepEqual(outcome, { code: 1, stdout: "", stderr: "usage: runsvdir [-P] dir\n\n" });
  });

  test("runsvdir prints its usage for an unknown option", improved("scan-options"), async (t) => {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "services"));
    const outcome = await runTool(box, ours, "runsvdir", ["-x", "services"]);
    assert.equal(outcome.code, 1);
    assert.equal(outcome.stdout, "");
    assert.ok(outcome.stderr.endsWith("usage: runsvdir [-P] dir\n\n"), outcome.stderr);
  });
});

test("runsvdir makes nothing in its directory", async (t) => {
  const scanner = scan(t, { web: { run: FOREVER } });
  await scanner.service("web").untilRunning();
  await unchanged(() => readdirSync(scanner.services).join(), 300);
  assert.deepEqual(readdirSync(scanner.services), ["web"]);
});
