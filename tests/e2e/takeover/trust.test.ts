/**
 * The record that a supervisor believes: nobody but a supervisor of the same
 * user, for the same service. A record that somebody else could have put there counts for nothing.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isAlive } from "../../support/procfs.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";

const NOBODY = 65_534;
const NOT_TRUSTED = "unable to trust supervise/adopt: others may write to supervise";
const isRoot = process.getuid?.() === 0;
const ADOPTION = isRoot ? improved("adoption") : { skip: "needs root" };

type Test = Parameters<typeof supervise>[0];

async function begin(t: Test): Promise<{ service: Supervised; pid: number }> {
  const service = supervise(t, { run: FOREVER });
  const { pid } = await service.untilRunning();
  await service.untilSupervised();
  return { service, pid };
}

async function kill({ runsv }: Supervised): Promise<void> {
  runsv.signal("SIGKILL");
  await runsv.exit();
}

const record = (service: Supervised) => service.path("supervise/adopt");

/** Has the record say something else, as root's own file, and as long as it was. */
function change(service: Supervised, from: RegExp, to: string): void {
  const text = readFileSync(record(service), "latin1");
  const changed = text
    .replace(from, to)
    .trimEnd()
    .padEnd(text.length - 1);
  writeFileSync(record(service), `${changed}\n`, "latin1");
}

const SEAL = /,"seal":"[0-9a-f]+"/;

describe("runsv: in a supervise/ that a user may write to", { concurrency: 4, ...ADOPTION }, () => {
  for (const [how, give] of [
    ["that a user owns", (path: string) => chownSync(path, NOBODY, NOBODY)],
    [
      "that a user owns with all that is in it",
      (path: string) => execFileSync("chown", ["-R", `${NOBODY}`, path]),
    ],
    ["that a group may write to", (path: string) => chmodSync(path, 0o770)],
    ["that is as /tmp", (path: string) => chmodSync(path, 0o1777)],
  ] as const) {
    test(`${how}: goes on with its own process`, async (t) => {
      const { service, pid } = await begin(t);
      give(service.path("supervise"));
      await kill(service);
      const next = service.another();
      await next.untilSupervised();
      assert.equal(next.status().pid, pid);
      next.control("t");
      await next.untilRunning(pid);
      assert.ok(!isAlive(pid));
      assert.equal(next.stderr, "");
    });

    test(`${how}: believes no record that is not its own`, async (t) => {
      const { service, pid } = await begin(t);
      await kill(service);
      const { uid } = statSync(record(service));
      change(service, SEAL, "");
      give(service.path("supervise"));
      chownSync(record(service), uid, uid);
      const next = service.another();
      await next.untilRunning(pid);
      await next.untilMessage(NOT_TRUSTED);
      next.control("d");
      await next.untilStat("down");
      assert.ok(isAlive(pid), "the process in the record is untouched");
    });
  }

  test("a new runsv believes no record with another process in it", async (t) => {
    const { service, pid } = await begin(t);
    await kill(service);
    chownSync(service.path("supervise"), NOBODY, NOBODY);
    change(service, /"phase":"run"/, '"phase":"finish"');
    const next = service.another();
    await next.untilRunning(pid);
    await next.untilMessage(NOT_TRUSTED);
  });

  test("a new runsv believes no record of another service", async (t) => {
    const { service, pid } = await begin(t);
    await kill(service);
    const box = sandbox(t);
    const dir = join(box.dir, "service");
    makeService(dir, { run: FOREVER });
    const other = box.start([tool(ours, "runsv"), "service"]);
    await service.untilTrue("other service", () => {
      try {
        return readFileSync(join(dir, "supervise/adopt"), "latin1").trim() !== "";
      } catch {
        return false;
      }
    });
    other.signal("SIGKILL");
    await other.exit();
    chownSync(service.path("supervise"), NOBODY, NOBODY);
    renameSync(join(dir, "supervise/adopt"), record(service));
    const next = service.another();
    await next.untilRunning(pid);
    await next.untilMessage(NOT_TRUSTED);
  });
});
