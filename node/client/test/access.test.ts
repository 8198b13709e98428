/** A user without rights in supervise/. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { test } from "node:test";
import { type ErrorCode, ServiceError, Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { asRoot } from "../../../tests/support/skip.ts";
import { TREES } from "./trees.ts";

const NOBODY = 65_534;

const has = (code: ErrorCode) => (error: unknown) =>
  error instanceof ServiceError && error.code === code;

for (const { name, options, skip } of TREES) {
  test(`without the right to supervise/, list still lists: ${name}`, {
    skip: skip || asRoot.skip,
  }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, options);
    await tree.service("web").untilRunning();
    chmodSync(tree.box.dir, 0o755);
    const services = new Services(tree.services);
    const web = services.get("web");
    process.seteuid?.(NOBODY);
    try {
      await assert.rejects(web.status(), has("ACCESS_DENIED"));
      await assert.rejects(web.down({ timeoutMs: 1_000 }), has("ACCESS_DENIED"));
      await assert.rejects(web.signal("HUP"), has("ACCESS_DENIED"));
      await assert.rejects(web.wait("down", { timeoutMs: 1_000 }), has("ACCESS_DENIED"));
      const [status] = await services.list();
      assert.deepEqual([status?.service, status?.state], ["web", "unreadable"]);
    } finally {
      process.seteuid?.(0);
    }
  });
}
