/**
 * An idle runsvdir sees each change of its directory at once. It waits without a timeout, so only
 * an event can have woken it, however slow the machine is.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  idle,
  made,
  makeLayout,
  permits,
  replace,
  startIdle,
  untilIdle,
  untilSwitched,
} from "../../support/idle.ts";
import { scan, testBothWays } from "../../support/scan.ts";
import { SOON_ROUNDS, soonOnce } from "../../support/wait.ts";

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
    const scanner = start(t, {}, { path: "a/services", prepare: (dir) => makeLayout(dir, layout) });
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
        prepare: (dir) => makeLayout(dir, layout),
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
    makeLayout(scanner.box.dir, { services: ["db"] });
    scanner.runsvdir.signal("SIGCONT");
    await made(scanner, "db").untilRunning();
  });
});
