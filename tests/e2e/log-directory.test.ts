/** log/supervise/directory: sv logs finds the log of a service whose logger is down. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../support/run.ts";
import { FOREVER } from "../support/service.ts";
import { improved, ours, tool } from "../support/suite.ts";
import { type Supervised, supervise } from "../support/supervise.ts";

const RECORD = "supervise/directory";
const svlogd = tool(ours, "runsv").replace(/runsv$/, "svlogd");

const svLogs = async (service: Supervised) => {
  const env = { SVDIR: service.box.dir };
  return await run(service.box, [tool(ours, "sv"), "logs", "service"], { env });
};
const LOGGED = { code: 0, stdout: "a line\n", stderr: "" };

describe("log/supervise/directory", { concurrency: 3, ...improved("log-directory") }, () => {
  for (const [what, logger] of [
    ["svlogd", `exec ${svlogd} ../../elsewhere`],
    ["a logger below a shell", `${svlogd} ../../elsewhere; echo ended >&2`],
  ] as const) {
    test(`shows where ${what} has written, while it is down and after an exit of runsv`, async (t) => {
      const service = supervise(
        t,
        { run: `echo a line; ${FOREVER}`, log: { run: logger } },
        { prepare: (dir) => mkdirSync(join(dir, "../elsewhere")) },
      );
      const place = service.log;
      await service.untilTrue(
        "the line in the log",
        () => service.has("../elsewhere/current") && service.text("../elsewhere/current") !== "",
      );
      assert.deepEqual(await svLogs(service), LOGGED, "from its command line");
      assert.equal(place.has(RECORD), false);
      place.control("d");
      await place.untilStat("down");
      assert.equal(place.text(RECORD), `${place.dir}/../../elsewhere\n`);
      assert.deepEqual(await svLogs(service), LOGGED);
      service.control("x");
      assert.equal(await service.exitCode(), 0);
      assert.deepEqual(await svLogs(service), LOGGED);
    });
  }

  test("goes when the log is in the usual place again, and is not made for that", async (t) => {
    const service = supervise(
      t,
      {
        run: FOREVER,
        log: { run: `exec ${svlogd} -t $(cat place)`, files: { place: "../../elsewhere" } },
      },
      {
        prepare: (dir) => {
          mkdirSync(join(dir, "../elsewhere"));
          mkdirSync(join(dir, "log/main"));
        },
      },
    );
    const { log } = service;
    const isOpen = (path: string) => () => service.has(`${path}/current`);
    await log.untilTrue("elsewhere", isOpen("../elsewhere"));
    writeFileSync(log.path("place"), "./main");
    log.control("t");
    await log.untilTrue("main", isOpen("log/main"));
    assert.ok(log.has(RECORD));
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(log.has(RECORD), false);
  });
});
