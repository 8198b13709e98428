/** Re-exec finds the right processes, and the right program in a file of several. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { guideBlock } from "../../support/guide.ts";
import { Installation, UPGRADE, untilReexecuted } from "../../support/installation.ts";
import { cmdline } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { debian } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

test("the loop of install.md signals our runsvdir, and not another suite's", UPGRADE, async (t) => {
  const block = guideBlock("install.md", "npm run build && npm run install-to");
  const loop = block.slice(block.indexOf("for pid in"));
  const installation = new Installation(t);
  const tree = scan(t, { web: { run: FOREVER } }, { suite: installation.suite });
  const other = debian.missing === undefined ? scan(t, {}, { suite: debian }) : undefined;
  await tree.service("web").untilSupervised();
  installation.replace();
  const script = loop.replace("/usr/local/bin", installation.suite.bin);
  await run(tree.box, ["sh", "-c", script]);
  await untilReexecuted(tree.service("web"), [tree.runsvdir.pid, await tree.untilRunsv("web")]);
  if (other === undefined) return;
  other.runsvdir.signal("SIGTERM");
  assert.deepEqual(await other.runsvdir.exit(), { code: 0, signal: null });
});

test("a runsv of version 0.1.0 that becomes runsvdir's file is a runsv", UPGRADE, async (t) => {
  const handOver = 'exec 9<"$2"; export RUNITS_HANDOVER="pid=$$ mask= home=9 pipes= kept="';
  const become = 'exec -a runsv "$(dirname "$1")/runsvdir" "$2"';
  const via = ["bash", "-c", `${handOver}; ${become}`, "bash"];
  const service = supervise(t, { run: FOREVER }, { via });
  await service.untilRunning();
  assert.deepEqual(cmdline(service.runsv.pid), ["runsv", "service"]);
  service.control("x");
  assert.equal(await service.exitCode(), 0);
});
