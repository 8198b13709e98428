/**
 * A tree at rest: no process of it waits for a moment in time, and yet runsvdir sees at once whatever makes its
 * directory another one. Where that cannot be told, it goes on looking every five seconds.
 *
 * While a process waits for ever, nothing but an event can wake it: so what is seen then was told, however long the
 * machine takes for it.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { mountOf, toldMount } from "../../tools/runsvdir/route.ts";
import { kinship, openFiles, showsCalls, statusLines, waitsForEver } from "../support/procfs.ts";
import { type Scan, type ScanOptions, scan, testBothWays } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { SOON_ROUNDS, soonOnce, unchanged } from "../support/wait.ts";

/** Long ago: a directory that has just changed is looked at once more. */
const OLD_S = 1_000_000_000;
const FUTURE_S = 4_000_000_000;

const options = { concurrency: 4, ...improved("scan-notices") };
const idle = {
  ...options,
  ...(showsCalls ? {} : { skip: "needs /proc/PID/syscall" }),
  ...(isTold(tmpdir()) ? {} : { skip: "needs a file system in TMPDIR that tells all changes" }),
};

/** Whether the file system is one of those whose changes are told. */
function isTold(dir: string): boolean {
  const fd = openSync(dir, constants.O_RDONLY);
  const linesOf = (name: string) => readFileSync(`/proc/self/${name}`, "latin1").split("\n");
  const [mount] = linesOf(`fdinfo/${fd}`)
    .map(mountOf)
    .filter((found) => found !== undefined);
  closeSync(fd);
  return mount !== undefined && linesOf("mountinfo").map(toldMount).includes(mount);
}
const permits = (...words: readonly string[]) =>
  spawnSync("unshare", [...words, "true"]).status === 0 ? {} : { skip: "unshare is not permitted" };

/** Directories of services, and links between them: by their paths, what they lead to or which services they hold. */
function lay(dir: string, layout: Readonly<Record<string, string | readonly string[]>>): void {
  for (const [path, content] of Object.entries(layout)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (typeof content === "string") {
      symlinkSync(content, join(dir, path));
      continue;
    }
    mkdirSync(join(dir, path), { recursive: true });
    for (const name of content) {
      makeService(join(dir, "made", name), { run: FOREVER });
      symlinkSync(join(dir, "made", name), join(dir, path, name));
    }
    utimesSync(join(dir, path), OLD_S, OLD_S);
  }
}

function replace(dir: string, link: string, text: string): void {
  symlinkSync(text, join(dir, `${link}.new`));
  renameSync(join(dir, `${link}.new`), join(dir, link));
}

function made(scanner: Scan, name: string): ServiceDirectory {
  return new ServiceDirectory(join(scanner.box.dir, "made", name), () => scanner.stderr);
}

async function untilIdle(scanner: Scan): Promise<void> {
  await scanner.until("wait for ever", () =>
    waitsForEver(scanner.runsvdir.pid) ? true : undefined,
  );
}

/** Waits until the services are the one that is named, and not the other. */
async function untilSwitched(scanner: Scan, to: string, from: string): Promise<void> {
  await made(scanner, to).untilRunning();
  await made(scanner, from).untilStat("down");
}

type Start = typeof scan;
type Layout = Parameters<typeof lay>[1];

/** A scanner of `path` in a sandbox laid out so, which runs `web` and waits for ever. */
async function startIdle(
  t: Parameters<Start>[0],
  start: Start,
  path: string,
  layout: Layout,
  options: ScanOptions = {},
): Promise<Scan> {
  const scanner = start(t, {}, { path, prepare: (dir) => lay(dir, layout), ...options });
  await made(scanner, "web").untilRunning();
  await untilIdle(scanner);
  return scanner;
}

describe("an idle tree", idle, () => {
  test("waits for ever, with every process of it", async (t) => {
    const log = { run: "mkdir -p main; exec svlogd main" };
    const scanner = scan(
      t,
      { web: { run: FOREVER, log }, db: { run: `echo hello; ${FOREVER}`, log } },
      { prepare: (dir) => utimesSync(join(dir, "services"), OLD_S, OLD_S) },
    );
    const pids = [scanner.runsvdir.pid];
    for (const name of ["web", "db"]) {
      const service = scanner.service(name);
      await service.untilRunning();
      await service.log.untilTrue("log directory", () => service.log.has("main/current"));
      pids.push(await scanner.untilRunsv(name), service.log.status().pid);
    }
    await scanner.until("rest of all", () => (pids.every(waitsForEver) ? true : undefined));
  });

  testBothWays("may be of a time to come", {}, async (t, start) => {
    const prepare = (dir: string) => utimesSync(join(dir, "services"), FUTURE_S, FUTURE_S);
    const scanner = start(t, { web: { run: FOREVER } }, { prepare });
    await scanner.service("web").untilRunning();
    await untilIdle(scanner);
  });

  testBothWays("is not woken by what happens beside its directory", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "link/services", {
      link: "home",
      "home/services": ["web"],
    });
    const { dir } = scanner.box;
    const wakes = () => statusLines(scanner.runsvdir.pid).get("voluntary_ctxt_switches");
    // One of twenty: a mount, anywhere on the machine, does wake it.
    for (let round = 0; round < 20; round += 1) {
      const before = wakes();
      for (const busy of [dirname(dir), dir, join(dir, "home")]) {
        for (let index = 0; index < 100; index += 1) {
          const name = join(busy, `runits-noise-${process.pid}-${index}`);
          writeFileSync(name, "");
          unlinkSync(name);
        }
      }
      await unchanged(() => wakes() ?? "", 300);
      if (wakes() === before) return;
    }
    assert.fail("it woke each time");
  });

  testBothWays(
    "looks every five seconds while an entry leads nowhere, and rests when it leads somewhere",
    {},
    async (t, start) => {
      const scanner = start(
        t,
        {},
        {
          prepare: (dir) => {
            symlinkSync("../later", join(dir, "services/db"));
            lay(dir, { services: ["web"] });
          },
        },
      );
      await made(scanner, "web").untilRunning();
      const later = new ServiceDirectory(join(scanner.box.dir, "later"), () => scanner.stderr);
      makeService(later.dir, { run: FOREVER });
      await later.untilRunning();
      await untilIdle(scanner);
    },
  );
});

describe("an idle runsvdir sees at once", idle, () => {
  const SETS = { day: ["web"], night: ["db"] } as const;

  testBothWays("that its directory, a link, is switched", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "current", { ...SETS, current: "day" });
    replace(scanner.box.dir, "current", "night");
    await untilSwitched(scanner, "db", "web");
    await untilIdle(scanner);
    unlinkSync(join(scanner.box.dir, "current"));
    symlinkSync("day", join(scanner.box.dir, "current"));
    await untilSwitched(scanner, "web", "db");
  });

  testBothWays("where a link leads that is switched again and again", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "current", { ...SETS, current: "day" });
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 31; count += 1) {
        const [to, from] = count % 2 === 0 ? ["night", "day"] : ["day", "night"];
        replace(scanner.box.dir, "current", round % 2 === 0 ? to : from);
        await pause(count % 3);
      }
      await untilIdle(scanner);
      if (round % 2 === 0) await untilSwitched(scanner, "db", "web");
      else await untilSwitched(scanner, "web", "db");
    }
  });

  testBothWays("that a link is switched which its directory is a link to", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "service", {
      ...SETS,
      service: "sets/current",
      "sets/current": "../day",
    });
    replace(scanner.box.dir, "sets/current", "../night");
    await untilSwitched(scanner, "db", "web");
  });

  testBothWays("that a link in the middle of its path is switched", {}, async (t, start) => {
    const scanner = await startIdle(t, start, "set/current/services", {
      "set/day/services": ["web"],
      "set/night/services": ["db"],
      "set/current": "day",
    });
    replace(scanner.box.dir, "set/current", "night");
    await untilSwitched(scanner, "db", "web");
  });

  test("that a link is switched which has a second name", async (t) => {
    const scanner = await startIdle(t, scan, "current", { ...SETS, current: "day" });
    execFileSync("ln", ["-P", "current", "copy"], { cwd: scanner.box.dir });
    await untilIdle(scanner);
    replace(scanner.box.dir, "current", "night");
    await untilSwitched(scanner, "db", "web");
  });

  for (const [what, old, fresh] of [
    ["its directory", "a/b/services", "other/services"],
    ["a directory above its own", "a/b", "other"],
  ] as const) {
    testBothWays(`that ${what} is renamed, and another one put there`, {}, async (t, start) => {
      const scanner = await startIdle(t, start, "a/b/services", {
        "a/b/services": ["web"],
        "other/services": ["db"],
      });
      const { dir } = scanner.box;
      renameSync(join(dir, old), join(dir, "away"));
      renameSync(join(dir, fresh), join(dir, old));
      await untilSwitched(scanner, "db", "web");
    });
  }

  testBothWays("that its directory, which was missing, is made", {}, async (t, start) => {
    const rounds = Array.from({ length: SOON_ROUNDS }, (_, round) => round);
    const layout = Object.fromEntries(
      rounds.map((round) => [`made-${round}/services`, [`${round}`]]),
    );
    const scanner = start(t, {}, { path: "a/services", prepare: (dir) => lay(dir, layout) });
    const { dir } = scanner.box;
    const said = "runsvdir a/services: warning: unable to stat a/services: file does not exist\n";
    const looks = () => scanner.stderr.split(said).length;
    await soonOnce(async (round) => {
      const before = looks() + 1;
      await scanner.until("another look", () => (looks() > before ? true : undefined));
      const madeMs = performance.now();
      renameSync(join(dir, `made-${round}`), join(dir, "a"));
      await made(scanner, `${round}`).untilRunning();
      const tookMs = performance.now() - madeMs;
      renameSync(join(dir, "a"), join(dir, `gone-${round}`));
      return tookMs;
    });
  });

  testBothWays(
    "that a file system is mounted over its directory, and unmounted",
    permits("--mount"),
    async (t, start) => {
      const scanner = await startIdle(
        t,
        start,
        "services",
        { services: ["web"], night: ["db"] },
        { via: ["unshare", "--mount"] },
      );
      const inside = (...words: readonly string[]) => {
        execFileSync("nsenter", ["--mount", `--target=${scanner.runsvdir.pid}`, ...words]);
      };
      const { services, box } = scanner;
      inside("mount", "--bind", join(box.dir, "night"), services);
      await untilSwitched(scanner, "db", "web");
      await untilIdle(scanner);
      inside("umount", "--lazy", services);
      await untilSwitched(scanner, "web", "db");
      await untilIdle(scanner);
      inside("mount", "-t", "tmpfs", "none", services);
      await made(scanner, "web").untilStat("down");
      inside("ln", "-s", "../made/db", join(services, "db"));
      await made(scanner, "db").untilRunning();
      await untilIdle(scanner);
    },
  );

  testBothWays(
    "that the current directory is elsewhere, when its path goes up from there",
    {},
    async (t, start) => {
      const layout = { "a/services": ["web"], "b/services": ["db"], "a/cwd": [] };
      const scanner = await startIdle(t, start, "../services", layout, {
        prepare: (dir) => lay(dir, layout),
        via: ["sh", "-c", 'cd a/cwd && exec "$@"', "sh"],
      });
      renameSync(join(scanner.box.dir, "a/cwd"), join(scanner.box.dir, "b/cwd"));
      await untilSwitched(scanner, "db", "web");
    },
  );

  test("that more has changed than the system tells of", async (t) => {
    const most = Number(readFileSync("/proc/sys/fs/inotify/max_queued_events", "latin1"));
    if (most > 100_000) return t.skip(`${most} events fit the queue`);
    const scanner = await startIdle(t, scan, "services", { services: ["web"] });
    scanner.runsvdir.signal("SIGSTOP");
    for (let round = 0; round < most / 2 + 10; round += 1) {
      const name = join(scanner.services, `.noise-${round}`);
      writeFileSync(name, "");
      unlinkSync(name);
    }
    lay(scanner.box.dir, { services: ["db"] });
    scanner.runsvdir.signal("SIGCONT");
    await made(scanner, "db").untilRunning();
  });
});

const limitWarning = (limit: string) =>
  "runsvdir current: warning: unable to watch directory current: " +
  `the user's limit ${limit} is reached, so it is looked at every 5 seconds\n`;

describe("runsvdir looks every five seconds", options, () => {
  const SWITCHED = { day: ["web"], night: ["db"], current: "day" } as const;
  const cases: readonly (readonly [string, readonly string[], object, string?])[] = [
    [
      "without watches",
      ["--user", "--map-root-user", "sh", "-ec", "echo 0 >/proc/sys/user/max_inotify_instances"],
      permits("--user", "--map-root-user"),
      "fs.inotify.max_user_instances",
    ],
    [
      "with too few watches",
      ["--user", "--map-root-user", "sh", "-ec", "echo 2 >/proc/sys/user/max_inotify_watches"],
      permits("--user", "--map-root-user"),
      "fs.inotify.max_user_watches",
    ],
    ["without /proc", ["--mount", "sh", "-ec", "mount -t tmpfs none /proc"], permits("--mount")],
  ];
  for (const [what, words, permitted, limit] of cases) {
    testBothWays(what, permitted, async (t, start) => {
      const script = `${words.at(-1)}\nexec "$@"`;
      const scanner = start(
        t,
        {},
        {
          path: "current",
          prepare: (dir) => lay(dir, SWITCHED),
          via: ["unshare", ...words.slice(0, -1), script, "sh"],
        },
      );
      await made(scanner, "web").untilRunning();
      replace(scanner.box.dir, "current", "night");
      await untilSwitched(scanner, "db", "web");
      const told = limit === undefined ? "" : limitWarning(limit);
      assert.equal(scanner.stderr.includes("unable to watch"), told !== "");
      assert.ok(scanner.stderr.includes(told), scanner.stderr);
    });
  }

  testBothWays(
    "where the path leads through what is no file system on a disk",
    {},
    async (t, start) => {
      // What /proc/PID/cwd leads to changes, and nobody is told.
      const scanner = start(
        t,
        {},
        {
          path: "elsewhere/services",
          prepare: (dir) => lay(dir, { "day/services": ["web"], "night/services": ["db"] }),
          via: [
            "sh",
            "-c",
            [
              "(cd day; while [ ! -e ../go ]; do sleep 0.1; done; cd ../night; exec sleep 1000) &",
              "ln -s /proc/$!/cwd elsewhere",
              "while [ ! -e elsewhere/services ]; do sleep 0.1; done",
              'exec "$@"',
            ].join("\n"),
            "sh",
          ],
        },
      );
      await made(scanner, "web").untilRunning();
      writeFileSync(join(scanner.box.dir, "go"), "");
      await untilSwitched(scanner, "db", "web");
    },
  );

  testBothWays(
    "at a directory without services, which may be another one",
    {},
    async (t, start) => {
      const scanner = start(t, {}, { prepare: (dir) => lay(dir, { services: [] }) });
      const { pid } = scanner.runsvdir;
      const isWatching = () =>
        [...openFiles(pid).values()].some(({ target }) => target === "anon_inode:inotify");
      await scanner.until("rest after the first look", () =>
        isWatching() && kinship(pid)?.state === "S" ? true : undefined,
      );
      rmdirSync(scanner.services);
      lay(scanner.box.dir, { services: ["db"] });
      await made(scanner, "db").untilRunning();
    },
  );
});
