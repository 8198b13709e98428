/** Looking at services. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER, makeService } from "../../../tests/support/service.ts";
import { TREES } from "./trees.ts";

for (const { name, supervisor, options, skip } of TREES) {
  test(`status and list see the services of a tree: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER }, off: { run: FOREVER, down: true } }, options);
    const { pid } = await tree.service("web").untilRunning();
    await tree.service("off").untilSupervised();
    makeService(join(tree.services, ".hidden"), { run: FOREVER });

    const services = new Services(tree.services);
    const web = await services.get("web").status();
    assert.equal(web.state, "running");
    assert.equal(web.phase, "run");
    assert.equal(web.pid, pid);
    assert.deepEqual([web.wanted, web.normally, web.supervisor], ["up", "up", supervisor]);
    assert.ok(web.sinceMs <= Date.now() && web.sinceMs > Date.now() - 600_000);
    const list = await services.list();
    assert.deepEqual(
      list.map(({ service, state }) => [service, state]),
      [
        ["off", "stopped"],
        ["web", "running"],
      ],
    );
  });
}
