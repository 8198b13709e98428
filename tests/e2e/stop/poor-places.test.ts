/**
 * Process 1 in a place that lacks something: no /proc, a read-only root, a user without an entry in
 * passwd, no inotify, no pidfds.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { children } from "../../support/procfs.ts";
import { refusing } from "../../support/refuse.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type ScanOptions, scan } from "../../support/scan.ts";
import type { Description } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { canUnshare } from "../../support/stop.ts";
import { improved, ours } from "../../support/suite.ts";

const NAMESPACE = ["unshare", "--pid", "--fork", "--mount", "--kill-child"];
const shell = (script: string) => ["sh", "-ec", `${script}\nexec "$@"`, "sh"];
const PROC = "mount -t proc proc /proc";
const READ_ONLY = `mount --bind "$PWD" "$PWD"; cd "$PWD"; mount --bind state state
mount -o remount,bind,ro "$PWD"; mount -o remount,bind,ro /; if touch x 2>/dev/null; then exit 9; fi`;
const UID = 12_345;
const WATCH_WARNING = /^runsvdir services: warning: unable to watch directory services: .*\n$/;

/** The words before runsvdir in its namespace, and what it warns of at the start. */
const PLACES: Readonly<Record<string, readonly [via: readonly string[], warning: RegExp]>> = {
  "without /proc": [shell("mount -t tmpfs none /proc"), /^$/],
  "on a read-only root": [shell(`${PROC}; ${READ_ONLY}`), /^$/],
  "as a user without an entry in passwd": [
    shell(`${PROC}; set -- setpriv --reuid=${UID} --regid=${UID} --clear-groups -- "$@"`),
    /^$/,
  ],
  "without an inotify instance": [
    [...shell(PROC), ...refusing("EMFILE", "inotify_init1")],
    WATCH_WARNING,
  ],
  "without pidfds": [
    [...shell(PROC), ...refusing("EPERM", "pidfd_open", "pidfd_send_signal")],
    /^$/,
  ],
};

/** Writes only to state/, because the rest may be read-only. */
const SERVICES: Readonly<Record<string, Description>> = {
  web: {
    run: "trap 'echo bye; echo web down >>../../state/trace; exit 0' TERM; echo hello; while :; do sleep 0.01; done",
    files: { supervise: { link: "../../state/web" } },
    log: {
      run: "cat >>../../../state/lines; echo log down >>../../../state/trace",
      files: { supervise: { link: "../../../state/web-log" } },
    },
  },
  job: { run: "kill -9 $$", files: { supervise: { link: "../../state/job" } } },
};
const DIRECTORIES = ["web", "web-log", "job"];

describe(
  "process 1",
  both(asRoot, improved("stop"), { skip: !canUnshare && "unshare is not permitted" }),
  () => {
    for (const [name, [via, warning]] of Object.entries(PLACES)) {
      for (const args of [[], ["--dense"]]) {
        test(`${name} stops in order${args.map((arg) => `; ${arg}`).join("")}`, async (t) => {
          const options: ScanOptions = {
            via: [...NAMESPACE, ...via],
            args,
            env: { PATH: `${ours.bin}:/usr/bin:/bin` },
            prepare: (dir) => {
              for (const directory of DIRECTORIES) {
                mkdirSync(join(dir, "state", directory), { recursive: true });
              }
              execFileSync("chown", ["-R", `${UID}`, dir]);
            },
          };
          const tree = scan(t, SERVICES, options);
          const read = (file: string) => {
            const path = join(tree.box.dir, "state", file);
            return existsSync(path) ? readFileSync(path, "utf8") : "";
          };
          await tree.until("log", () => read("lines") === "hello\n" || undefined);
          const pid = children(tree.runsvdir.pid)[0];
          assert.ok(pid !== undefined);
          sendSignal(pid, "SIGTERM");
          assert.deepEqual(await tree.runsvdir.exit(), { code: 0, signal: null });
          assert.equal(read("trace"), "web down\nlog down\n");
          assert.equal(read("lines"), "hello\nbye\n");
          assert.match(tree.stderr, warning);
        });
      }
    }
  },
);
