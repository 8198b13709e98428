/** Linking and removing services. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type ErrorCode, ServiceError, Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER, makeService } from "../../../tests/support/service.ts";
import { FORKED, TREES } from "./trees.ts";

const TIME = { timeoutMs: 60_000 } as const;

const has = (code: ErrorCode) => (error: unknown) =>
  error instanceof ServiceError && error.code === code;

for (const { name, options, skip } of TREES) {
  test(`link and remove bring a service and take it away: ${name}`, { skip }, async (t) => {
    const tree = scan(t, {}, options);
    const directory = join(tree.box.dir, "made/web");
    makeService(directory, { run: FOREVER });
    const services = new Services(tree.services);
    const web = await services.link(directory, TIME);
    assert.equal(web.name, "web");
    const { pid } = await web.wait("up", TIME);
    await services.link(directory, TIME); // is there already
    assert.equal((await web.status()).pid, pid);
    await assert.rejects(services.link(directory, { name: "other" }), has("FAILED"));
    await services.remove("web", TIME);
    assert.equal(existsSync(join(tree.services, "web")), false);
    assert.equal(existsSync(directory), true);
    await assert.rejects(web.status(), has("NO_SERVICE"));
    await assert.rejects(services.remove("web"), has("NO_SERVICE"));
    const off = await services.link(directory, { ...TIME, name: "off", down: true });
    assert.equal((await off.status()).state, "stopped");
  });
}

test("remove keeps the link of a service that does not stop, unless it is forced", {
  skip: FORKED.skip,
}, async (t) => {
  const run = "trap '' TERM; echo >started; while :; do sleep 1; done";
  const tree = scan(t, { web: { run } });
  await tree.service("web").untilLines(1, "started");
  const services = new Services(tree.services);
  await assert.rejects(services.remove("web", { timeoutMs: 200 }), has("TIMEOUT"));
  assert.equal(existsSync(join(tree.services, "web")), true);
  assert.equal(existsSync(join(tree.services, ".web.removed")), false);
  await services.remove("web", { timeoutMs: 200, force: true });
  assert.equal(existsSync(join(tree.services, "web")), false);
});

test("link and remove refuse what is no service", { skip: FORKED.skip }, async (t) => {
  const tree = scan(t, {});
  const services = new Services(tree.services);
  await assert.rejects(services.link(join(tree.box.dir, "none")), has("NO_SERVICE"));
  mkdirSync(join(tree.box.dir, "empty"));
  await assert.rejects(services.link(join(tree.box.dir, "empty")), has("NO_SERVICE"));
  makeService(join(tree.box.dir, "web"), { run: FOREVER });
  await assert.rejects(services.link(join(tree.box.dir, "web"), { name: "../web" }), TypeError);
  await assert.rejects(services.remove("../web"), TypeError);
  mkdirSync(join(tree.services, "real"));
  await assert.rejects(services.remove("real"), has("FAILED"));
  symlinkSync("/nowhere", join(tree.services, "taken"));
  await assert.rejects(services.link(join(tree.box.dir, "web"), { name: "taken" }), has("FAILED"));
});
