/** runsv fails at its start when it cannot use the service directory. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mounted } from "../../support/mounted.ts";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER, ServiceDirectory } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { improved, ours } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

describe("runsv: what cannot be supervised", { concurrency: 4 }, () => {
  test("runsv fails without a directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsv", ["nowhere"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv nowhere: fatal: unable to change to directory: file does not exist\n",
    );
  });

  test("runsv fails on a file in place of the directory", async (t) => {
    const box = sandbox(t);
    writeFileSync(join(box.dir, "file"), "");
    const outcome = await runTool(box, ours, "runsv", ["file"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv file: fatal: unable to change to directory: not a directory\n",
    );
  });

  for (const args of [[], ["a", "b"], ["a", "b", "c"]]) {
    test(`runsv prints its usage for ${args.length} arguments`, async (t) => {
      const outcome = await runTool(sandbox(t), ours, "runsv", args);
      assert.deepEqual(outcome, { code: 1, stdout: "", stderr: "usage: runsv dir\n\n" });
    });
  }

  test("runsv takes an argument with a dash for a directory", async (t) => {
    const outcome = await runTool(sandbox(t), ours, "runsv", ["-x"]);
    assert.equal(outcome.code, 111);
    assert.equal(
      outcome.stderr,
      "runsv -x: fatal: unable to change to directory: file does not exist\n",
    );
  });

  const SPOILT_STATES = [
    ["a file for supervise/", "supervise", "unable to open supervise/lock: not a directory"],
    [
      "a file for log/supervise/",
      "log/supervise",
      "unable to open log/supervise/lock: not a directory",
    ],
    [
      "a file for supervise/control",
      "supervise/control",
      "supervise/control exists but is not a fifo",
    ],
  ] as const;

  for (const [what, path, reason] of SPOILT_STATES) {
    test(`runsv fails on ${what}`, async (t) => {
      const service = supervise(t, {
        run: "echo start >>trace",
        log: { run: FOREVER },
        files: { [path]: "" },
      });
      assert.equal(await service.exitCode(), 111);
      assert.equal(service.stderr, `runsv service: fatal: ${reason}\n`);
      assert.deepEqual(service.lines(), []);
    });
  }

  test("runsv fails on a directory for supervise/lock", async (t) => {
    const service = supervise(t, {
      run: FOREVER,
      files: { "supervise/lock": { directory: true } },
    });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: is a directory\n",
    );
  });

  test(
    "runsv fails on a file for log/supervise/control",
    improved("log-control-not-fifo"),
    async (t) => {
      const service = supervise(t, {
        run: FOREVER,
        log: { run: FOREVER, files: { "supervise/control": "" } },
      });
      assert.equal(await service.exitCode(), 111);
      assert.equal(
        service.stderr,
        "runsv service: fatal: log/supervise/control exists but is not a fifo\n",
      );
    },
  );

  test(
    "runsv fails at once when another process has log/supervise/lock",
    improved("log-lock-at-once"),
    async (t) => {
      const box = sandbox(t);
      const lock = join(box.dir, "service/log/supervise/lock");
      mkdirSync(join(lock, ".."), { recursive: true });
      writeFileSync(lock, "");
      box.start(["flock", lock, "sh", "-c", "echo >locked; exec sleep 1000"]);
      const locked = new ServiceDirectory(box.dir);
      await locked.untilTrue("lock", () => locked.has("locked"));
      const { code, stderr } = await runTool(box, ours, "runsv", ["service"]);
      assert.equal(code, 111);
      assert.equal(
        stderr.replace(/process \d+/, "process N"),
        "runsv service: fatal: unable to lock log/supervise/lock: temporary failure (locked by flock, process N)\n",
      );
    },
  );

  for (const link of [undefined, "state", "/nowhere/state"]) {
    const title = link === undefined ? "no supervise/" : `a link supervise to a missing ${link}`;
    const problem =
      link === "/nowhere/state"
        ? "/nowhere/state: file does not exist"
        : `${link ?? "supervise"}: read-only file system`;
    test(
      `runsv reports why it cannot create supervise/: a read-only file system with ${title}`,
      both(asRoot, improved("supervise-create")),
      async (t) => {
        const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
        const prepare = (dir: string) => {
          if (link !== undefined) symlinkSync(link, join(dir, "supervise"));
        };
        const service = supervise(t, { run: FOREVER }, { via, prepare });
        assert.equal(await service.exitCode(), 111);
        assert.equal(service.stderr, `runsv service: fatal: unable to create ${problem}\n`);
      },
    );
  }

  test("runsv fails on a read-only file system that has a supervise/", asRoot, async (t) => {
    const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
    const prepare = (dir: string) => mkdirSync(join(dir, "supervise"));
    const service = supervise(t, { run: FOREVER }, { via, prepare });
    assert.equal(await service.exitCode(), 111);
    assert.equal(
      service.stderr,
      "runsv service: fatal: unable to open supervise/lock: read-only file system\n",
    );
  });

  test(
    "runsv supervises on a read-only file system whose supervise/ links to a place that is not",
    asRoot,
    async (t) => {
      const via = mounted("mount --bind service service; mount -o remount,ro,bind service");
      const service = supervise(
        t,
        { run: FOREVER },
        {
          via,
          prepare: (dir) => symlinkSync("../state", join(dir, "supervise")),
        },
      );
      await service.untilRunning();
      assert.ok(existsSync(join(service.box.dir, "state/status")));
    },
  );

  test(
    "runsv without the right to write fails with the system's reason",
    both(asRoot, improved("supervise-create")),
    async (t) => {
      const uid = 54_321;
      const service = supervise(
        t,
        { run: FOREVER },
        {
          uid,
          prepare: (dir) => chmodSync(join(dir, ".."), 0o755),
        },
      );
      assert.equal(await service.exitCode(), 111);
      assert.equal(
        service.stderr,
        "runsv service: fatal: unable to create supervise: access denied\n",
      );
    },
  );
});
