/** runsv goes on when it can neither write nor fork. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children, isAlive, statusLines } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { eventually } from "../../support/wait.ts";

describe("runsv: without a resource", { concurrency: 4 }, () => {
  test(
    "runsv goes on, as its service does, if it may not write a file",
    improved("sigxfsz"),
    async (t) => {
      const via = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"];
      const service = supervise(t, { run: "ulimit -f; exec sleep 1000" }, { via });
      await service.untilMessage(
        "runsv service: warning: unable to write supervise/status.new: file too big\n",
      );
      const started = () => (service.runsv.stdout() === "0\n" ? true : undefined);
      await eventually("start", started, () => service.stderr);
      const daemon = children(service.runsv.pid)[0] ?? 0;
      assert.equal(statusLines(daemon).get("SigBlk"), "0000000000000000");
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
      assert.ok(!isAlive(daemon));
    },
  );

  test(
    "runsv retries a fork that fails, and answers commands meanwhile",
    both(asRoot, improved("fork-retry")),
    async (t) => {
      const service = supervise(
        t,
        { run: FOREVER },
        {
          uid: 54_322,
          // The user may have two processes, and this sleep is one of them.
          via: [
            "sh",
            "-c",
            'sleep 1000 & echo $! >service/hog; exec prlimit --nproc=2 -- "$@"',
            "sh",
          ],
          prepare: (dir) => {
            chmodSync(join(dir, ".."), 0o755);
            chmodSync(dir, 0o777);
          },
        },
      );
      await service.untilMessage(
        "runsv service: warning: unable to fork, sleeping: temporary failure\n",
      );
      service.control("d");
      await service.until("want down", ({ want }) => want === "down");
      service.control("u");
      await service.until("want up", ({ want }) => want === "up");
      sendSignal(Number(service.text("hog")), "SIGKILL");
      await service.untilRunning();
      service.runsv.signal("SIGTERM");
      assert.equal(await service.exitCode(), 0);
    },
  );

  test("runsv that cannot fork exits at TERM", both(asRoot, improved("fork-retry")), async (t) => {
    const service = supervise(
      t,
      { run: FOREVER },
      {
        uid: 54_323,
        via: ["prlimit", "--nproc=1", "--"],
        prepare: (dir) => {
          chmodSync(join(dir, ".."), 0o755);
          chmodSync(dir, 0o777);
        },
      },
    );
    await service.untilMessage("unable to fork, sleeping");
    service.runsv.signal("SIGTERM");
    assert.equal(await service.exitCode(), 0);
  });
});
