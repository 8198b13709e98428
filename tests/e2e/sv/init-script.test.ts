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

  test("a link to sv commands the service of its name", async (t) => {
    const service = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(service, ["start"]), "ok: run: service: (pid N) Ns, normally down\n0");
  });

  test("status of an init script exits 0 if the service runs, 3 if it is down", async (t) => {
    const running = await up(t, { run: FOREVER });
    assert.equal(await init(running, ["status"]), "run: service: (pid N) Ns\n0");
    const down = await up(t, { run: FOREVER, down: true });
    assert.equal(await init(down, ["status"]), "down: service: Ns\n3");
  });

  test("status of an init script exits 4 if the state is unknown", async (t) => {
    const service = await up(t, { run: FOREVER });
    mkdirSync(join(service.box.dir, "bare"));
    assert.equal(
      await init(service, ["status"], "bare"),
      "warning: bare: unable to open supervise/ok: file does not exist\n4",
    );
  });

  test("an init script prints its usage, and exits 2", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await init(service, ["zap"]);
    assert.match(said, /usage: \S*service \[-w sec\] command\n\n2$/);
  });

  test("an init script exits 1 if a command failed", async (t) => {
    const service = await up(t, { run: FOREVER });
    assert.equal(
      withoutPath(await init(service, ["start"], "nowhere")),
      "fail: nowhere: unable to change to service directory: file does not exist\n1",
    );
  });
});
