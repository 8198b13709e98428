/** A thousand services watched at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Services } from "runits-client";
import { scanDense } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { FORKED } from "./trees.ts";

const COUNT = 1_000;
const TIME = { timeoutMs: 60_000 } as const;
const IDLE_MS = 2_000;
/** How often this process may go to sleep meanwhile; the threads of Node count, too. */
const SWITCHES_MAX = 100;

test("1,000 services are watched at no cost while nothing happens", {
  skip: FORKED.skip,
}, async (t) => {
  const names = Array.from({ length: COUNT }, (_, index) => `s${index}`);
  const description = { run: FOREVER, down: true };
  const tree = scanDense(t, Object.fromEntries(names.map((name) => [name, description])));
  await Promise.all(names.map((name) => tree.service(name).untilSupervised()));
  const services = new Services(tree.services);
  const changes = services.watch(TIME);
  const seen = new Map<string, string>();
  while (seen.size < COUNT) {
    const { value } = await changes.next();
    assert.ok(value !== undefined);
    seen.set(value.service, value.state);
  }
  assert.deepEqual(new Set(seen.values()), new Set(["stopped"]));
  const next = changes.next();
  const before = process.resourceUsage().voluntaryContextSwitches;
  await pause(IDLE_MS);
  const switches = process.resourceUsage().voluntaryContextSwitches - before;
  assert.ok(switches < SWITCHES_MAX, `${switches} context switches in ${IDLE_MS} ms`);
  await services.get("s500").up(TIME);
  assert.equal((await next).value?.service, "s500");
  await changes.return?.();
});
