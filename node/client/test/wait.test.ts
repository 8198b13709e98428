/** Waiting for conditions. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ServiceError, Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { FORKED, TREES } from "./trees.ts";

const TIME = { timeoutMs: 60_000 } as const;

for (const { name, options, skip } of TREES) {
  test(`wait("ready") runs ./check, unless it may not: ${name}`, { skip }, async (t) => {
    const tree = scan(
      t,
      { web: { run: FOREVER, check: "echo >>asked; exec test -e ok" } },
      options,
    );
    const directory = tree.service("web");
    await directory.untilRunning();
    const web = new Services(tree.services).get("web");
    await web.wait("ready", { ...TIME, check: false });
    assert.equal(directory.has("asked"), false);
    const ready = web.wait("ready", TIME);
    await directory.untilLines(2, "asked");
    writeFileSync(join(directory.dir, "ok"), "");
    assert.equal((await ready).state, "running");
  });

  test(`wait resolves when the condition comes about: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, down: true } }, options);
    await tree.service("web").untilSupervised();
    const web = new Services(tree.services).get("web");
    const up = web.wait("up", TIME);
    await web.up(TIME);
    const { pid } = await up;
    const restarted = web.wait("restarted", TIME);
    await web.restart(TIME);
    assert.notEqual((await restarted).pid, pid);
    const down = web.wait("down", TIME);
    await web.down(TIME);
    assert.equal((await down).state, "stopped");
    const late = web.wait("up", { timeoutMs: 50 });
    await assert.rejects(
      late,
      (error) => error instanceof ServiceError && error.code === "TIMEOUT",
    );
  });

  test(`wait rejects when the service directory is removed: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, down: true } }, options);
    await tree.service("web").untilSupervised();
    const waiting = new Services(tree.services).get("web").wait("up", TIME);
    const removed = assert.rejects(waiting, (error) => {
      assert.ok(error instanceof ServiceError);
      assert.equal(error.code, "REMOVED");
      assert.equal(error.status?.state, "stopped");
      return true;
    });
    tree.remove("web");
    // The supervisor may be writing there still.
    rmSync(join(tree.box.dir, "made/web"), { recursive: true, force: true, maxRetries: 10 });
    await removed;
  });
}

test("wait rejects what is no condition, and no time", { skip: FORKED.skip }, async (t) => {
  const web = new Services(scan(t, { web: { run: FOREVER } }).services).get("web");
  await assert.rejects(web.wait("running" as "up", TIME), {
    name: "TypeError",
    message: 'not a condition: "running"; there are up, ready, down, finished, failed, restarted',
  });
  for (const timeoutMs of [-1, Number.NaN, "7s" as unknown as number]) {
    await assert.rejects(web.wait("up", { timeoutMs }), {
      name: "TypeError",
      message: `timeoutMs is not a number of milliseconds: ${timeoutMs}`,
    });
  }
});

test("a command whose time is over names what the service waits for", {
  skip: FORKED.skip,
}, async (t) => {
  const tree = scan(t, { web: { run: FOREVER, files: { "needs/db": "" } } });
  await tree.service("web").untilSupervised();
  const web = new Services(tree.services).get("web");
  for await (const { state } of web.watch(TIME)) if (state === "waiting") break;
  await assert.rejects(web.up({ timeoutMs: 100 }), {
    code: "TIMEOUT",
    message: "web: up is not done after 100 ms: waiting, for db",
  });
});

test("wait rejects when the condition cannot hold any more", { skip: FORKED.skip }, async (t) => {
  const files = { "max-death-tally": "1" };
  const tree = scan(t, { web: { run: "exit 3", files }, job: { run: "exit 0", down: true } });
  const services = new Services(tree.services);
  assert.equal((await services.get("web").wait("failed", TIME)).state, "failed");
  const never = services.get("web").wait("ready", TIME);
  await assert.rejects(never, (error) => {
    assert.ok(error instanceof ServiceError && error.code === "FAILED", String(error));
    assert.equal(error.status?.state, "failed");
    assert.equal(error.status?.lastExit?.code, 3);
    return true;
  });
  await tree.service("job").untilSupervised();
  const finished = services.get("job").wait("finished", TIME);
  await services.get("job").once(TIME);
  assert.equal((await finished).state, "stopped");
});
