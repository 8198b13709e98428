/**
 * The files under supervise/ when somebody has put something else there: what is not a tool's own
 * file is not opened, and no command goes to another service.
 */
import assert from "node:assert/strict";
import { chownSync, linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { refusing } from "../support/refuse.ts";
import { runTool } from "../support/run.ts";
import { type Cleanup, sandbox } from "../support/sandbox.ts";
import { FOREVER, makeService, type ServiceDirectory } from "../support/service.ts";
import { improved, ours } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";

const OWN = improved("own-files");
const asRoot = { skip: OWN.skip || (process.getuid?.() !== 0 && "takes root") };
const onLinux = process.platform !== "linux" && "no seccomp";
const NOBODY = 65_534;
const FILES = [
  ["supervise/control", "fifo"],
  ["supervise/ok", "fifo"],
  ["log/supervise/control", "fifo"],
  ["log/supervise/ok", "fifo"],
  ["supervise/lock", "file of its own"],
  ["log/supervise/lock", "file of its own"],
] as const;

/** Supervises a service beside another one, with `spoil` done to the files of the former before. */
async function beside(
  t: Cleanup,
  spoil: (dir: string, other: string) => void,
): Promise<{ service: Supervised; other: Supervised }> {
  const other = supervise(t, { run: FOREVER, log: { run: FOREVER } });
  await other.log.untilRunning();
  await other.untilRunning();
  await other.untilSupervised();
  const service = supervise(
    t,
    { run: FOREVER, log: { run: FOREVER } },
    { prepare: (dir) => spoil(dir, other.dir) },
  );
  return { service, other };
}

describe("runsv: files that are not its own", { concurrency: 4, ...OWN }, () => {
  for (const [file, type] of FILES) {
    const said = `runsv service: fatal: ${file} exists but is not a ${type}\n`;

    test(`opens no ${file} that is a link, and follows none`, async (t) => {
      const { service, other } = await beside(t, (dir, otherDir) => {
        mkdirSync(join(dir, file, ".."));
        symlinkSync(join(otherDir, file), join(dir, file));
      });
      assert.equal(await service.exitCode(), 111);
      assert.equal(service.stderr, said);
      assert.equal(other.stat(), "run");
    });

    test(`opens no ${file} that is another service's too`, asRoot, async (t) => {
      const { service } = await beside(t, (dir, otherDir) => {
        mkdirSync(join(dir, file, ".."));
        chownSync(join(dir, file, ".."), NOBODY, NOBODY);
        linkSync(join(otherDir, file), join(dir, file));
      });
      assert.equal(await service.exitCode(), 111);
      assert.equal(service.stderr, said);
    });
  }

  test("takes files with second names where nobody else could have made them", async (t) => {
    const service = supervise(t, { run: FOREVER });
    await service.untilRunning();
    await service.untilSupervised();
    service.runsv.signal("SIGTERM");
    await service.exitCode();
    mkdirSync(service.path("backup"));
    for (const name of ["control", "ok", "lock"]) {
      linkSync(service.path(`supervise/${name}`), service.path(`backup/${name}`));
    }
    await service.another().untilRunning();
  });
});

test("runsv says that a fifo cannot be made, and why", { skip: OWN.skip || onLinux }, async (t) => {
  const service = supervise(t, { run: FOREVER }, { via: refusing("EPERM", "mknodat") });
  assert.equal(await service.exitCode(), 111);
  const text = "unable to create fifo supervise/control: permission denied";
  assert.equal(service.stderr, `runsv service: fatal: ${text}\n`);
});

describe("sv: files that are not a service's own", { concurrency: 4, ...OWN }, () => {
  test("does not take another service's supervisor for this one's", async (t) => {
    const other = supervise(t, { run: FOREVER });
    const { pid } = await other.untilRunning();
    await other.untilSupervised();
    const dir = join(other.box.dir, "other");
    makeService(dir, { run: FOREVER, files: { "supervise/lock": "" } });
    symlinkSync(other.path("supervise/ok"), join(dir, "supervise/ok"));
    symlinkSync(other.path("supervise/control"), join(dir, "supervise/control"));
    symlinkSync(other.path("supervise/status"), join(dir, "supervise/status"));
    for (const command of ["status", "down", "exit", "1"]) {
      const { code, stdout, stderr } = await runTool(other.box, ours, "sv", [command, dir]);
      assert.equal(stdout + stderr, `warning: ${dir}: supervise/ok exists but is not a fifo\n`);
      assert.equal(code, 1);
    }
    // With a FIFO of its own for `ok`, the command must not go elsewhere either.
    unlinkSync(join(dir, "supervise/ok"));
    const { runsv } = await readyService(t);
    renameSync(runsv.path("supervise/ok"), join(dir, "supervise/ok"));
    unlinkSync(join(dir, "supervise/status"));
    renameSync(runsv.path("supervise/status"), join(dir, "supervise/status"));
    const { code, stdout } = await runTool(other.box, ours, "sv", ["down", dir]);
    assert.equal(stdout, `warning: ${dir}: supervise/control exists but is not a fifo\n`);
    assert.equal(code, 1);
    assert.equal(other.status().pid, pid);
    assert.equal(other.status().want, "up");
  });

  test("opens nothing that is no fifo", async (t) => {
    const box = sandbox(t);
    const dir = join(box.dir, "service");
    makeService(dir, { run: FOREVER, files: { "supervise/ok": "" } });
    const { stdout } = await runTool(box, ours, "sv", ["status", dir]);
    assert.equal(stdout, `warning: ${dir}: supervise/ok exists but is not a fifo\n`);
  });
});

async function readyService(t: Cleanup): Promise<{ runsv: ServiceDirectory }> {
  const runsv = supervise(t, { run: FOREVER });
  await runsv.untilRunning();
  await runsv.untilSupervised();
  return { runsv };
}
