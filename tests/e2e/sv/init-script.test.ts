/** sv: sv under the name of a service. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { FOREVER } from "../../support/service.ts";
import { ours, tool } from "../../support/suite.ts";
import type { Supervised } from "../../support/supervise.ts";
import { mask, up, withoutPath } from "../../support/sv.ts";

describe("sv under a service's name", { concurrency: 4 }, () => {
  async function init(service: Supervised, args: readonly string[], name = "service") {
    const link = join(service.box.dir, "init.d", name);
    mkdirSync(join(service.box.dir, "init.d"), { recursive: true });
    symlinkSync(tool(ours, "sv"), link);
    const { code, stdout, stderr } = await run(service.box, [link, ...args], {
      env: { SVDIR: service.box.dir },
    });
    return `${mask(stdout)}${stderr}${code}`;
  }

  test("commands the service of that name", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(service, ["start"]), "ok: run: service: (pid N) Ns, normally down\n0");
  });

  test("tells 0 of a running service, 3 of one that is down", async (t) => {
    const running = await up(t, { run: FOREVER });
    assert.equal(await init(running, ["status"]), "run: service: (pid N) Ns\n0");
    const down = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(down, ["status"]), "down: service: Ns\n3");
  });

  test("tells 4 of a service whose state cannot be known", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(join(service.box.dir, "bare"));
    assert.equal(
      await init(service, ["status"], "bare"),
      "warning: bare: unable to open supervise/ok: file does not exist\n4",
    );
  });

  test("tells its usage with 2", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await init(service, ["zap"]);
    assert.match(said, /usage: \S*service \[-w sec\] command\n\n2$/);
  });

  test("tells 1 when a command failed", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      withoutPath(await init(service, ["start"], "nowhere")),
      "fail: nowhere: unable to change to service directory: file does not exist\n1",
    );
  });
});
