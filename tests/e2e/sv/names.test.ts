/** sv: how a name on the command line leads to a service. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { FOREVER } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { say, up } from "../../support/sv.ts";

describe("sv names", { concurrency: 4 }, () => {
  const NAMES = ["service", "./service", "service/", "./service/", "./x/../service", "../service"];
  for (const name of NAMES) {
    test(`sv finds a service called ${name}`, async (t) => {
      const service = await up(t, { run: FOREVER });
      const cwd = join(service.box.dir, "elsewhere");
      mkdirSync(join(service.box.dir, "x"));
      mkdirSync(cwd);
      const from = name === "../service" ? { cwd } : {};
      assert.equal(await say(service, ["status", name], from), `run: ${name}: (pid N) Ns\n0`);
    });
  }

  test("sv finds a service by its absolute path, whatever SVDIR is", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await say(service, ["status", service.dir], { env: { SVDIR: "/nowhere" } });
    assert.equal(said, `run: ${service.dir}: (pid N) Ns\n0`);
  });

  test("sv finds a log service below its service", async (t) => {
    const service = await up(t, { run: FOREVER, log: { run: FOREVER } });
    await service.log.untilRunning();
    assert.equal(await say(service, ["status", "service/log"]), "run: service/log: (pid N) Ns\n0");
    assert.equal(
      await say(service, ["stop", "service/log"]),
      "ok: down: service/log: Ns, normally up\n0",
    );
  });

  test("sv finds nothing if SVDIR is empty", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await say(service, ["status", "service"], { env: { SVDIR: "" } });
    assert.equal(
      said,
      "fail: service: unable to change to service directory: file does not exist\n1",
    );
  });

  test(
    "sv finds a name that ends in a slash while it waits, too",
    improved("sv-trailing-slash"),
    async (t) => {
      const service = await up(t, { run: FOREVER, down: true });
      const elsewhere = { env: { SVDIR: "/nowhere" } };
      assert.equal(
        await say(service, ["start", "service/"], elsewhere),
        "ok: run: service/: (pid N) Ns, normally down\n0",
      );
      assert.equal(
        await say(service, ["stop", "service/"], elsewhere),
        "ok: down: service/: Ns\n0",
      );
    },
  );

  test("a name may have bytes that are not UTF-8", async (t) => {
    const service = await up(t, { run: FOREVER });
    symlinkSync(
      "service",
      Buffer.concat([Buffer.from(`${service.box.dir}/`), Buffer.from([0xff])]),
    );
    const shell = `${tool(ours, "sv")} status "$(printf '\\377')" | od -An -c | tr -d ' \\n'`;
    const { stdout } = await run(service.box, ["sh", "-c", shell], {
      env: { SVDIR: service.box.dir },
    });
    assert.match(stdout, /^run:377:\(pid\d+\)\d+s\\n$/);
  });
});
