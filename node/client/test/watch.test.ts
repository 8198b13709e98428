/** Streams of changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceError, type ServiceStatus, Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { descriptors, untilDescriptors } from "./descriptors.ts";
import { FORKED, TREES } from "./trees.ts";

const TIME = { timeoutMs: 60_000 } as const;

/** Takes changes until one is wanted. */
async function until(
  changes: AsyncIterator<ServiceStatus, undefined>,
  wanted: (status: ServiceStatus) => boolean,
): Promise<ServiceStatus> {
  for (;;) {
    const { value, done } = await changes.next();
    if (done === true || value === undefined) throw new Error("the stream has ended");
    if (wanted(value)) return value;
  }
}

const is = (service: string, state: string) => (status: ServiceStatus) =>
  status.service === service && status.state === state;

const pidOf = (status: ServiceStatus) => ("pid" in status ? status.pid : undefined);

for (const { name, options, skip } of TREES) {
  test(`watch yields the present state, then changes: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, options);
    await tree.service("web").untilRunning();
    const services = new Services(tree.services);
    const web = services.get("web");
    const changes = web.watch(TIME);
    const { value } = await changes.next();
    assert.equal(value?.state, "running");
    await web.down(TIME);
    await until(changes, is("web", "stopped"));
    await web.up(TIME);
    await until(changes, is("web", "running"));
    await web.signal("STOP");
    await until(changes, is("web", "paused"));
    await changes.return?.();
    assert.deepEqual(await changes.next(), { done: true, value: undefined });
  });

  test(`watch of a directory sees services come and go: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, options);
    await tree.service("web").untilRunning();
    const changes = new Services(tree.services).watch(TIME);
    await until(changes, is("web", "running"));
    tree.add("db", { run: FOREVER });
    await until(changes, is("db", "running"));
    tree.remove("db");
    const gone = await until(changes, is("db", "removed"));
    assert.ok("error" in gone && gone.error.code === "REMOVED");
    await changes.return?.();
  });

  test(`watch notices the end of a supervisor, and the next: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, options);
    await tree.service("web").untilRunning();
    const web = new Services(tree.services).get("web");
    const changes = web.watch(TIME);
    const first = await until(changes, is("web", "running"));
    await web.exit(TIME);
    // The next may be there before anybody has looked.
    const isOther = (status: ServiceStatus) =>
      status.state !== "running" || pidOf(status) !== pidOf(first);
    const { state } = await until(changes, isOther);
    if (state !== "running") await until(changes, is("web", "running"));
    await changes.return?.();
  });
}

test("a slow reader of watch gets the newest state of each service, and no queue", {
  skip: FORKED.skip,
}, async (t) => {
  const restarts = 20;
  const tree = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } });
  const services = new Services(tree.services);
  const web = services.get("web");
  for (const name of ["web", "db"]) await tree.service(name).untilRunning();
  const changes = services.watch(TIME);
  const first = await until(changes, is("web", "running"));
  let newest = await web.status();
  for (let round = 0; round < restarts; round += 1) newest = await web.restart(TIME);
  let taken = 0;
  const last = await until(changes, (status) => {
    taken += 1;
    return pidOf(status) === newest.pid;
  });
  // A queue would have two of each restart: that it ends, and that it runs.
  assert.ok(taken < restarts, `${taken} for ${restarts} restarts`);
  assert.ok("restarts" in first && "restarts" in last);
  assert.equal(last.restarts, (first.restarts ?? 0) + restarts);
  await changes.return?.();
});

test("break, abort, a timeout and disposal end a watch and close everything", {
  skip: FORKED.skip,
}, async (t) => {
  const tree = scan(t, { web: { run: FOREVER } });
  await tree.service("web").untilRunning();
  const services = new Services(tree.services);
  for await (const _ of services.watch()) break; // libuv keeps its inotify instance
  const before = await descriptors();
  for await (const _ of services.watch()) break;
  const aborted = services.watch({ signal: AbortSignal.timeout(50) });
  await assert.rejects(
    until(aborted, () => false),
    { name: "TimeoutError" },
  );
  await assert.rejects(
    until(services.watch({ timeoutMs: 50 }), () => false),
    (error) => {
      return error instanceof ServiceError && error.code === "TIMEOUT";
    },
  );
  const neverTaken = services.watch();
  await neverTaken.return?.();
  {
    await using disposed = new Services(tree.services);
    const changes = disposed.watch();
    await changes.next();
    const next = changes.next();
    await disposed[Symbol.asyncDispose]();
    assert.deepEqual(await next, { done: true, value: undefined });
  }
  await untilDescriptors(before);
});
