/**
 * runsv publishes the state under supervise/ also when disk, quota or other users are in the way.
 */
import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mounted } from "../../support/mounted.ts";
import { isAlive } from "../../support/procfs.ts";
import { refusing } from "../../support/refuse.ts";
import { run } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, ServiceDirectory } from "../../support/service.ts";
import { asRoot, both, withPrograms } from "../../support/skip.ts";
import { improved, originalInPlace } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

const strace = existsSync("/usr/bin/strace") ? {} : { skip: "needs strace" };

describe("runsv: the files of supervise/", { concurrency: 4 }, () => {
  test(
    "supervise/ stays as it is while it cannot be written, and the service is supervised all the same",
    asRoot,
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      await service.untilSupervised();
      const chattr = (flag: string) =>
        run(service.box, ["chattr", flag, service.path("supervise")]);
      if ((await chattr("+i")).code !== 0) return t.skip("no immutable flag on this file system");
      try {
        service.control("d");
        await service.untilTrue("end of the service", () => !isAlive(pid));
        await service.untilMessage(
          "runsv service: warning: unable to open supervise/pid.new: permission denied\n",
        );
        assert.equal(service.status().pid, pid, "stale");
      } finally {
        await chattr("-i");
      }
      service.control("u");
      await service.untilRunning(pid);
    },
  );

  test("a start writes supervise/pid and stat once, when the process runs, and status before ok", {
    ...improved("pid-with-start"),
    ...strace,
  }, async (t) => {
    const trace = ["strace", "-D", "-o", "calls", "-e", "trace=openat,renameat,mknodat"];
    const service = supervise(t, { run: FOREVER }, { via: trace });
    await service.untilRunning();
    const calls = () => readFileSync(join(service.box.dir, "calls"), "utf8");
    await service.untilTrue("last call", () => calls().split('"supervise/status")').length > 2);
    const made = calls()
      .split("\n")
      .filter((call) => call.startsWith("renameat(") || call.includes("O_CREAT|O_EXCL"))
      .map((call) => call.slice(call.lastIndexOf('"supervise/')).split('"')[1])
      .filter((name) => name !== undefined && !name.endsWith(".new") && !name.endsWith("lock"));
    assert.deepEqual(made, [
      "supervise/status",
      "supervise/pid",
      "supervise/stat",
      "supervise/status",
    ]);
    assert.ok(calls().indexOf('"supervise/status")') < calls().indexOf('"supervise/ok"'));
  });

  test(
    "supervise/status is written also if pid.new cannot be",
    improved("status-despite-pid"),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      mkdirSync(service.path("supervise/pid.new"));
      service.control("d");
      await service.untilStat("down");
      assert.notEqual(service.status().pid, pid);
      await service.untilMessage(
        "runsv service: warning: unable to open supervise/pid.new: is a directory\n",
      );
      rmSync(service.path("supervise/pid.new"), { recursive: true });
      service.control("u");
      const next = await service.untilRunning();
      await service.untilTrue("pid file", () => service.pidFile() === `${next.pid}\n`);
    },
  );

  test(
    "supervise/ is right at each change when the user's quota is used up",
    both(
      improved("state-on-full-disk"),
      { skip: process.platform !== "linux" && "no seccomp" },
      withPrograms("cc"),
    ),
    async (t) => {
      const files = { "supervise/pid": "", "supervise/stat": "", "supervise/status": "" };
      const via = refusing("EDQUOT", "renameat");
      const service = supervise(t, { run: FOREVER, files }, { via });
      await service.untilTrue("status", () => service.text("supervise/status").length > 0);
      const { pid } = await service.untilRunning();
      await service.untilTrue("pid file", () => service.pidFile() === `${pid}\n`);
      service.control("p");
      await service.untilStat("run, paused");
      service.control("c");
      await service.untilStat("run");
      service.control("d");
      await service.untilStat("down");
      assert.equal(service.status().pid, 0);
      assert.equal(service.pidFile(), "");
    },
  );

  for (const [what, options, filler] of [
    ["disk", "size=20k", Buffer.alloc(65536)],
    ["file system without a free inode", "size=1m,nr_inodes=10", undefined],
  ] as const) {
    test(
      `supervise/ is right at each change on a full ${what}`,
      both(asRoot, improved("state-on-full-disk")),
      async (t) => {
        const service = supervise(
          t,
          { run: FOREVER, finish: "exit 0" },
          {
            prepare: (dir) => mkdirSync(join(dir, "supervise")),
            via: mounted(`mount -t tmpfs -o ${options} tmpfs service/supervise`),
          },
        );
        const inside = new ServiceDirectory(
          join(`/proc/${service.runsv.pid}/root`, service.dir),
          () => service.stderr,
        );
        const { pid } = await inside.untilRunning();
        await inside.untilSupervised();
        const fill = () => {
          if (filler !== undefined) writeFileSync(inside.path("supervise/filler"), filler);
          else for (let n = 0; ; n++) writeFileSync(inside.path(`supervise/filler${n}`), "");
        };
        assert.throws(fill, { code: "ENOSPC" });
        inside.control("p");
        await inside.untilStat("run, paused");
        inside.control("c");
        await inside.untilStat("run");
        let last = pid;
        for (let round = 0; round < 3; round++) {
          sendSignal(last, "SIGKILL");
          last = (await inside.untilRunning(last)).pid;
          await inside.untilTrue("pid", () => inside.pidFile() === `${last}\n`);
        }
        inside.control("d");
        await inside.untilStat("down");
        assert.equal(inside.pidFile(), "");
        inside.control("u");
        const after = await inside.untilRunning();
        await inside.untilTrue("pid", () => inside.pidFile() === `${after.pid}\n`);
      },
    );
  }

  test(
    "runsv writes to no file that the owner of supervise/ has put there",
    both(asRoot, improved("state-links")),
    async (t) => {
      const service = supervise(t, { run: FOREVER });
      const { pid } = await service.untilRunning();
      await service.untilSupervised();
      const victims = ["pid", "stat", "status", "history", "adopt"].flatMap((name) => [
        [name, service.path(`victim-${name}`)] as const,
        [`${name}.new`, service.path(`victim-${name}.new`)] as const,
      ]);
      for (const [link, [name, victim]] of victims.entries()) {
        writeFileSync(victim, "precious");
        const path = service.path(`supervise/${name}`);
        rmSync(path, { force: true });
        if (link % 4 === 0) linkSync(victim, path);
        else symlinkSync(victim, path);
      }
      sendSignal(pid, "SIGKILL");
      await service.untilTrue("history", () =>
        service.text("supervise/history").startsWith("super"),
      );
      await service.untilTrue("pid", () => !["", "precious"].includes(service.pidFile() ?? ""));
      await service.untilRunning(pid);
      for (const [, victim] of victims) assert.equal(readFileSync(victim, "utf8"), "precious");
    },
  );

  test("runsv exits at TERM after the service directory was removed", async (t) => {
    const service = supervise(t, { run: `echo >>trace; ${FOREVER}` });
    const { pid } = await service.untilRunning();
    await service.untilLines(1); // elsewhere than on Linux, ./run may not have been executed before
    await service.untilSupervised();
    rmSync(service.dir, { recursive: true, maxRetries: 10 }); // runsv may be writing there still
    assert.ok(isAlive(pid));
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
    assert.ok(!isAlive(pid));
    if (originalInPlace) assert.match(service.stderr, /unable to open supervise\/pid\.new/);
  });

  test(
    "runsv reports in one line that supervise/ was removed, also with a log service",
    improved("removed"),
    async (t) => {
      const log = { run: "echo >>trace; exec cat >/dev/null" };
      const service = supervise(t, { run: `echo >>trace; ${FOREVER}`, log });
      await service.untilRunning();
      await service.log.untilRunning();
      await service.untilLines(1);
      await service.log.untilLines(1);
      await service.untilSupervised();
      rmSync(service.dir, { recursive: true, maxRetries: 10 });
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      const text = "supervise/ was removed, the service's state cannot be written";
      assert.equal(service.stderr, `runsv service: warning: ${text}\n`);
    },
  );
});
