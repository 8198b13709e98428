/**
 * Many calls leave no descriptor and no listener behind, and keep no memory. CALLS sets how many;
 * `npm run client:calls` makes 100,000.
 */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { descriptors, untilDescriptors } from "./descriptors.ts";
import { TREES } from "./trees.ts";

const CALLS = Number(process.env.CALLS ?? "1500");
/** Waiting for the supervisor, the commands take most of the time. */
const COMMANDS_PART = 20;
const TIME = { timeoutMs: 60_000 } as const;

/** What the event loop still waits for. */
function watchesAndTimers(): string {
  const resources = process.getActiveResourcesInfo();
  return resources.filter((what) => /^(FSEvent|Timeout)/.test(what)).join();
}

for (const { name, options, skip } of TREES) {
  test(`calls leave no descriptor and no listener: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER }, off: { run: FOREVER, down: true } }, options);
    await tree.service("web").untilRunning();
    await tree.service("off").untilSupervised();
    const services = new Services(tree.services);
    const [web, off] = [services.get("web"), services.get("off")];
    const { signal } = new AbortController();
    const round = async (index: number): Promise<void> => {
      await web.status({ signal });
      await services.list({ signal });
      await web.wait("ready", { signal, ...TIME });
      await off.wait("up", { signal, timeoutMs: 0 }).catch(() => {});
      await services
        .get("none")
        .status()
        .catch(() => {});
      for await (const _ of web.watch({ signal })) break;
      for await (const _ of services.watch({ signal })) break;
      if (index % COMMANDS_PART !== 0) return;
      await web.up({ signal, ...TIME });
      await web.signal("CONT", { signal });
      await off.down({ signal, ...TIME });
    };
    const perRound = 8;
    for (let index = 0; index < 3; index++) await round(0);
    const before = await descriptors();
    const timersBefore = watchesAndTimers();
    for (let index = 0; index < CALLS / perRound; index++) await round(index);
    await untilDescriptors(before);
    assert.deepEqual(getEventListeners(signal, "abort"), []);
    const isAsBefore = () => (watchesAndTimers() === timersBefore ? true : undefined);
    await eventually("end of watches and timers", isAsBefore, watchesAndTimers);
  });
}
