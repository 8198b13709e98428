import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import {
  afterExit,
  afterForeignExit,
  afterRepair,
  afterStart,
  decide,
  type Entry,
  EXITED_REST_MS,
  exitReport,
  FAILED_WITHIN_MS,
  GONE_AFTER_MS,
  isTemporaryName,
  RETRY_MAX_MS,
  RETRY_MS,
  RETRY_SOON_FOR_MS,
  RETRY_SOON_MAX_MS,
  SETTLE_MAX_MS,
  type SupervisedService,
  type SupervisorExit,
  withForeignSupervisor,
} from "./scan.ts";

const directory = (name: string, id = name, settlesInMs = 0): Entry => ({
  name,
  kind: "directory",
  id,
  settlesInMs,
});
const unknown = (name: string, gone: boolean): Entry => ({ name, kind: "unknown", gone });
const names = (services: readonly SupervisedService[]) => services.map(({ name }) => name);

/** Known services after these entries were found, each with a running supervisor. */
function running(...entries: readonly Entry[]): Map<string, SupervisedService> {
  const { services } = decide(new Map(), entries, 0);
  let pid = 100;
  for (const service of services.values()) services.set(service.id, afterStart(service, ++pid, 0));
  return services;
}

test("starts what is new and leaves alone what runs", () => {
  const { start, stop } = decide(running(directory("a")), [directory("a"), directory("b")], 1);
  assert.deepEqual(names(start), ["b"]);
  assert.deepEqual(stop, []);
});

test("takes any number of entries that wait", () => {
  const waiting = Array.from({ length: 70_000 }, (_, n) => directory(`s${n}`, `s${n}`, 1_000 + n));
  const { start, againAtMs } = decide(new Map(), waiting, 0);
  assert.deepEqual([start.length, againAtMs], [0, 1_000]);
});

test("stops what is gone", () => {
  const { start, stop, services } = decide(
    running(directory("a"), directory("b")),
    [directory("b")],
    1,
  );
  assert.deepEqual([names(start), names(stop)], [[], ["a"]]);
  assert.deepEqual([...services.keys()], ["b"]);
});

test("knows a service by its directory, not by its name", () => {
  const renamed = decide(running(directory("a", "1")), [directory("z", "1")], 1);
  assert.deepEqual([renamed.start, renamed.stop], [[], []]);
  const replaced = decide(running(directory("a", "1")), [directory("a", "2")], 1);
  assert.deepEqual([names(replaced.start), names(replaced.stop)], [["a"], ["a"]]);
});

test("starts nothing beside a supervisor that was not started here, until that has ended", () => {
  const { services, start } = decide(new Map(), [directory("a")], 0);
  const [found] = start as [SupervisedService];
  services.set("a", withForeignSupervisor(found));
  const later = decide(services, [directory("b", "a")], 10);
  assert.deepEqual([later.start, later.stop], [[], []]);
  assert.equal(later.services.get("a")?.name, "a");
  assert.deepEqual(names(decide(services, [], 10).stop), ["a"]);
  const next = (wasTold: boolean) => {
    const ending = afterForeignExit(withForeignSupervisor(found), wasTold, 20);
    return decide(new Map([["a", ending]]), [directory("b", "a")], 20);
  };
  assert.deepEqual(names(next(false).start), ["b"]);
  assert.deepEqual(next(true).start, []);
  assert.equal(next(true).services.get("a")?.notBeforeMs, 20 + EXITED_REST_MS);
});

test("reports a supervisor that was killed, or that failed at once", () => {
  const { start } = decide(new Map(), [directory("a")], 0);
  const [found] = start as [SupervisedService];
  const after = (end: SupervisorExit, nowMs: number) =>
    exitReport(afterExit(afterStart(found, 1, 0), end, nowMs), end, nowMs);
  assert.equal(after({ signal: 9 }, 60_000), "runsv a was killed by signal 9, started again");
  assert.equal(after({ signal: 9 }, 10), "runsv a was killed by signal 9, next try in 0s");
  assert.equal(after({ code: 111 }, 10), "runsv a exited 111, next try in 1s");
  assert.equal(after({ code: 0 }, 10), undefined);
  assert.equal(after({ code: 111 }, 60_000), undefined);
});

test("runs one supervisor for two names of one directory, under the first", () => {
  const { start } = decide(new Map(), [directory("a", "1"), directory("b", "1")], 0);
  assert.deepEqual(names(start), ["a"]);
});

test("waits for a directory that is still being filled", () => {
  const { start, againAtMs } = decide(new Map(), [directory("a", "1", 700)], 50);
  assert.deepEqual([start, againAtMs], [[], 750]);
});

test("waits no longer than five seconds for a directory in which files come and go", () => {
  const changing = [directory("a", "1", 700)];
  let arriving: ReadonlyMap<string, number> = new Map();
  let nowMs = 50;
  for (;;) {
    const decision = decide(new Map(), changing, nowMs, arriving);
    if (decision.againAtMs === undefined) break;
    ({ arriving } = decision);
    nowMs = decision.againAtMs;
  }
  assert.equal(nowMs, 50 + SETTLE_MAX_MS);
  const other = decide(new Map(), [directory("b", "2", 700)], nowMs, arriving);
  assert.deepEqual([...other.arriving.keys()], ["2"], "what has gone is forgotten");
});

test("names of ln(1), and those with something added to another one, may pass", () => {
  const names = new Set(["web", "db", "a"]);
  for (const name of ["CuAb12Cd", "web.new", "db~", "web.tmp"]) {
    assert.ok(isTemporaryName(name, names), name);
  }
  for (const name of ["web", "web2", "web-admin", ".web", "mail.new", "Cu", "CuAb12Cde"]) {
    assert.ok(!isTemporaryName(name, names), name);
  }
});

test("keeps a service's name while a link to it is about to be renamed", () => {
  const [resting] = running(directory("web", "1")).values();
  assert.ok(resting);
  const known = new Map([["1", afterExit(resting, { code: 0 }, 1)]]);
  const entries = [directory("CuAb12Cd", "1"), directory("web", "1")];
  assert.deepEqual(names(decide(known, entries, 1e4).start), ["web"]);
});

test("has no limit on the number of those that wait", () => {
  const entries = Array.from({ length: 200_000 }, (_, index) =>
    directory(`${index}`, `${index}`, 7),
  );
  assert.equal(decide(new Map(), entries, 0).againAtMs, 7);
});

test("keeps a service whose entry cannot be looked at for a moment", () => {
  const known = running(directory("a"));
  const first = decide(known, [unknown("a", true)], 1_000);
  assert.deepEqual([first.stop, first.againAtMs], [[], 1_000 + GONE_AFTER_MS]);
  const back = decide(first.services, [directory("a")], 2_000);
  assert.deepEqual([back.start, back.stop], [[], []]);
  const later = decide(first.services, [unknown("a", true)], 1_000 + GONE_AFTER_MS);
  assert.deepEqual(names(later.stop), ["a"]);
});

test("keeps a service whose entry is there but cannot be read for as long as that lasts", () => {
  const first = decide(running(directory("a")), [unknown("a", false)], 1_000);
  assert.deepEqual(decide(first.services, [unknown("a", false)], 1e9).stop, []);
});

test("starts a supervisor that died again at once, and one that fails less and less often", () => {
  const [service] = running(directory("a")).values();
  assert.ok(service);
  const waits = (end: SupervisorExit): number[] => {
    let failing = service;
    return Array.from({ length: 10 }, () => {
      failing = afterExit(failing, end, 1);
      return failing.notBeforeMs - 1;
    });
  };
  assert.equal(afterExit(service, { code: 111 }, FAILED_WITHIN_MS).notBeforeMs, FAILED_WITHIN_MS);
  assert.deepEqual(waits({ code: 111 }).slice(0, 3), [RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS]);
  assert.deepEqual(waits({ signal: 9 }).slice(0, 5), [0, 0, 0, RETRY_MS, 2 * RETRY_MS]);
  assert.equal(waits({ code: 111 }).at(-1), RETRY_SOON_MAX_MS);
});

test("tries a supervisor that fails every five seconds for a minute, and every half a minute then", () => {
  let [service] = running(directory("a")).values();
  const waits: number[] = [];
  for (let nowMs = 0; nowMs < 2 * RETRY_SOON_FOR_MS; ) {
    assert.ok(service);
    service = afterExit(afterStart(service, 1, nowMs), { code: 111 }, nowMs);
    waits.push(service.notBeforeMs - nowMs);
    if (nowMs < RETRY_SOON_FOR_MS) assert.ok((waits.at(-1) ?? 0) <= RETRY_SOON_MAX_MS);
    nowMs = service.notBeforeMs;
  }
  assert.equal(waits.at(-1), RETRY_MAX_MS);
});

test("tries one whose directory has changed at once, and not more than once a second", () => {
  const [service] = running(directory("a")).values();
  assert.ok(service);
  const failing = afterExit(afterExit(service, { code: 111 }, 1), { code: 111 }, 2);
  assert.equal(afterRepair(failing, 500).notBeforeMs, RETRY_MS);
  assert.equal(afterRepair(failing, RETRY_MS + 5).notBeforeMs, RETRY_MS + 5);
  assert.equal(afterRepair(failing, 1e6).notBeforeMs, failing.notBeforeMs);
});

test("starts a supervisor that was told to exit again after a second, however often", () => {
  const [service] = running(directory("a")).values();
  assert.ok(service);
  const exited = afterExit(afterExit(service, { code: 0 }, 1), { code: 0 }, 1);
  assert.deepEqual([exited.notBeforeMs, exited.failures], [1 + EXITED_REST_MS, 0]);
});

test("has no limit on the number of services", () => {
  const entries = Array.from({ length: 20_000 }, (_, index) => directory(`${index}`));
  assert.equal(decide(new Map(), entries, 0).start.length, 20_000);
});

const entries = fc.uniqueArray(
  fc.oneof(
    fc
      .tuple(fc.constantFrom(..."abcdef"), fc.constantFrom(..."123456"), fc.nat({ max: 1 }))
      .map(([name, id, wait]) => directory(name, id, wait * 500)),
    fc.tuple(fc.constantFrom(..."abcdef"), fc.boolean()).map(([name, gone]) => unknown(name, gone)),
    fc.constantFrom(..."abcdef").map((name): Entry => ({ name, kind: "other" })),
  ),
  { selector: ({ name }) => name },
);

test("in every history: never two supervisors for a directory, none started beside its own, none lost", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(entries, fc.nat({ max: 4_000 }))), (history) => {
      let known = new Map<string, SupervisedService>();
      const alive = new Map<number, string>();
      let nowMs = 0;
      let pid = 0;
      for (const [found, passedMs] of history) {
        nowMs += passedMs;
        const { services, start, stop } = decide(known, found, nowMs);
        for (const service of stop) alive.delete(service.pid);
        for (const service of start) {
          assert.equal(service.pid, 0);
          assert.ok(![...alive.values()].includes(service.id));
          pid += 1;
          alive.set(pid, service.id);
          services.set(service.id, afterStart(service, pid, nowMs));
        }
        known = services;
        const running = [...known.values()].filter((service) => service.pid !== 0);
        assert.deepEqual(new Set(running.map((service) => service.pid)), new Set(alive.keys()));
      }
    }),
  );
});
