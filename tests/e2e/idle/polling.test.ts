/** runsvdir looks every five seconds if the system cannot report each change of its directory. */
import assert from "node:assert/strict";
import { rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { made, makeLayout, options, permits, replace, untilSwitched } from "../../support/idle.ts";
import { kinship, openFiles } from "../../support/procfs.ts";
import { testBothWays } from "../../support/scan.ts";

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
          prepare: (dir) => makeLayout(dir, SWITCHED),
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
      // The target of /proc/PID/cwd changes without a notice.
      const scanner = start(
        t,
        {},
        {
          path: "elsewhere/services",
          prepare: (dir) => makeLayout(dir, { "day/services": ["web"], "night/services": ["db"] }),
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
      const scanner = start(t, {}, { prepare: (dir) => makeLayout(dir, { services: [] }) });
      const { pid } = scanner.runsvdir;
      const isWatching = () =>
        [...openFiles(pid).values()].some(({ target }) => target === "anon_inode:inotify");
      await scanner.until("rest after the first look", () =>
        isWatching() && kinship(pid)?.state === "S" ? true : undefined,
      );
      rmdirSync(scanner.services);
      makeLayout(scanner.box.dir, { services: ["db"] });
      await made(scanner, "db").untilRunning();
    },
  );
});
