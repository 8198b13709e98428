/**
 * Whatever is in the files of a supervisor that died: the next one goes on with the process, and
 * crashes at nothing.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";

const BYTES = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * 151) % 256));
const CONTENTS: Readonly<Record<string, (path: string) => void>> = {
  "no bytes": (path) => writeFileSync(path, ""),
  NULs: (path) => writeFileSync(path, Buffer.alloc(20)),
  "bytes of all values": (path) => writeFileSync(path, BYTES(20)),
  "much more than it has": (path) => writeFileSync(path, BYTES(100_000)),
  "words and numbers out of range": (path) =>
    writeFileSync(
      path,
      "run, want exit, paused\nsupervisor 1\nendings 1e308\nended 9e99 -7 1e300 4e9\nrest -1\nfailed 7\n",
    ),
  "a FIFO": (path) => execFileSync("mkfifo", [path]),
  "a directory": (path) => mkdirSync(path),
  "a link to a device": (path) => symlinkSync("/dev/zero", path),
  "a link to itself": (path) => symlinkSync(path, path),
  nothing: () => {},
};

describe("runsv: in the place of one that was killed, goes on", {
  concurrency: 4,
  ...improved("adoption"),
}, () => {
  for (const [what, put] of Object.entries(CONTENTS)) {
    test(`with ${what} in stat, status and history`, async (t) => {
      const service = supervise(t, { run: FOREVER, finish: "echo >>finishes" });
      const { pid } = await service.untilRunning();
      await service.untilSupervised();
      service.runsv.signal("SIGKILL");
      await service.runsv.exit();
      for (const name of ["stat", "status", "history"]) {
        rmSync(service.path(`supervise/${name}`), { force: true });
        put(service.path(`supervise/${name}`));
      }
      const next = service.another();
      await next.untilSupervised();
      next.control("k");
      await next.untilLines(1, "finishes");
      assert.ok(!next.stderr.includes("uncaught"), next.stderr);
      if (what === "a directory") return; // which nothing can be renamed over
      const after = await next.untilRunning(pid);
      await next.untilTrue("pid", () => next.pidFile() === `${after.pid}\n`);
      next.control("x");
      assert.equal(await next.exitCode(), 0);
    });
  }
});
