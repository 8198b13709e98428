/**
 * The process state that services are started in: what a daemon gets from the supervisor is what it
 * gets from the original's, signal for signal and descriptor for descriptor.
 *
 * Looked at from outside, in /proc, so that nothing between the supervisor and the daemon is in
 * the picture but `exec sleep`. Control scripts are left out: they differ on purpose.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  cmdline,
  cwd,
  environ,
  isAlive,
  kinship,
  limits,
  openFiles,
  STATUS_LINES,
  statusLines,
} from "../support/procfs.ts";
import { refusing } from "../support/refuse.ts";
import type { Cleanup, StartOptions } from "../support/sandbox.ts";
import { sendSignal } from "../support/sandbox.ts";
import { scan } from "../support/scan.ts";
import type { ServiceDirectory } from "../support/service.ts";
import { debian, ours, type Suite } from "../support/suite.ts";
import { supervise } from "../support/supervise.ts";

const HUP_QUIT_USR1 = "0000000000000205";
const QUIT_USR1 = "0000000000000204";
const INT_USR2 = "0000000000000802";
const NONE = "0000000000000000";

interface Start {
  readonly via: readonly string[];
  readonly ignored: string;
  /**
   * Where runsvdir's own setting shows: it gives HUP, TERM and ALRM back as they are by default.
   */
  readonly ignoredUnderScanner?: string;
  readonly blocked: string;
}
const shell = (command: string) => ["sh", "-c", `${command} "$@"`, "sh"];
const block =
  "use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGINT, SIGUSR2)) or die; exec @ARGV or die";
const STARTS: Readonly<Record<string, Start>> = {
  "as it comes": { via: [], ignored: NONE, blocked: NONE },
  "with HUP, QUIT and USR1 ignored": {
    via: shell("trap '' HUP QUIT USR1; exec"),
    ignored: HUP_QUIT_USR1,
    ignoredUnderScanner: QUIT_USR1,
    blocked: NONE,
  },
  "with INT and USR2 blocked": {
    via: ["perl", "-e", block],
    ignored: NONE,
    blocked: INT_USR2,
  },
  "where signalfd is refused, with HUP, QUIT, USR1 and PIPE ignored": {
    via: [...refusing("EPERM", "signalfd4"), ...shell("trap '' HUP QUIT USR1 PIPE; exec")],
    ignored: "0000000000001205",
    ignoredUnderScanner: "0000000000001204",
    blocked: NONE,
  },
  "with standard input closed": { via: shell("exec 0<&-; exec"), ignored: NONE, blocked: NONE },
  "with limits, umask and priority of its own": {
    via: shell("umask 027; ulimit -c 0; ulimit -Sn 512; ulimit -s 4096; exec nice -n 5"),
    ignored: NONE,
    blocked: NONE,
  },
};
const MODES = [
  "runsv",
  "runsvdir",
  "runsvdir -P",
  "runsvdir --dense",
  "runsvdir -P --dense",
] as const;
type Mode = (typeof MODES)[number];

interface Subject {
  readonly service: ServiceDirectory;
  /** Differences between two runs that do not matter, with their replacements. */
  readonly names: readonly (readonly [text: string, name: string])[];
  readonly scanner: number | undefined;
}

function begin(t: Cleanup, mode: Mode, suite: Suite, { via }: Start): Subject {
  const description = {
    run: "exec sleep 1000",
    finish: "exec sleep 1000",
    log: { run: "exec sleep 1000" },
  };
  const options: StartOptions = {
    stdio: ["ignore", "ignore", "ignore"],
    env: { PATH: `${suite.bin}:/usr/bin:/bin`, GREETING: "hello  world", EMPTY: "" },
  };
  if (mode === "runsv") {
    const service = supervise(t, description, { ...options, suite, via });
    return { service, names: [[service.box.dir, "BOX"]], scanner: undefined };
  }
  const [, ...args] = mode.split(" ").filter((word) => word !== "--dense" || suite === ours);
  const scanner = scan(t, { service: description }, { ...options, suite, via, args });
  return {
    service: scanner.service("service"),
    names: [[scanner.box.dir, "BOX"]],
    scanner: scanner.runsvdir.pid,
  };
}

/** All that a program can find out about how it was started, except when and by what pid. */
function portrait(pid: number, { names, scanner }: Subject) {
  const mask = (text: string) =>
    names.reduce((masked, [from, to]) => masked.replaceAll(from, to), text);
  const status = statusLines(pid);
  const self = kinship(pid);
  assert.ok(self, `process ${pid} is gone`);
  const runsv = kinship(self.ppid);
  const call = (id: number) => {
    if (id === pid) return "itself";
    if (id === scanner) return "runsvdir";
    return id === self.ppid ? "runsv" : "other";
  };
  const pipes: string[] = [];
  const files = [...openFiles(pid)].map(([fd, { target, flags }]) => {
    if (target.startsWith("pipe:") && !pipes.includes(target)) pipes.push(target);
    const place = target.startsWith("pipe:") ? `pipe ${pipes.indexOf(target)}` : mask(target);
    return `${fd} ${place} ${flags}`;
  });
  return {
    status: STATUS_LINES.map((line) => `${line}: ${status.get(line)}`),
    files,
    environment: environ(pid).map((entry) => mask(entry.replace(/^PATH=[^:]*/, "PATH=BIN"))),
    limits: limits(pid).split("\n"),
    words: cmdline(pid),
    cwd: mask(cwd(pid) ?? "gone"),
    nice: self.nice,
    pgrp: call(self.pgrp),
    session: call(self.session),
    runsvPgrp: runsv && (runsv.pgrp === self.ppid ? "itself" : call(runsv.pgrp)),
    oomScore: readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"),
    timerSlack: readFileSync(`/proc/${pid}/timerslack_ns`, "utf8"),
  };
}
type Portrait = ReturnType<typeof portrait>;

/** What the original's portrait has to become if it is compared with one from `mode`. */
function expected(of: Portrait, mode: Mode): Portrait {
  if (!mode.endsWith("--dense")) return of;
  // There is no runsv: its place is runsvdir's, which leads its group, as a test starts it.
  if (mode === "runsvdir --dense") return { ...of, runsvPgrp: "itself" };
  return { ...of, pgrp: "itself", session: "itself", runsvPgrp: "itself" };
}

/** Waits for the process in the record, and until it is the program we look at. */
async function untilAsleep(of: ServiceDirectory, phase: string, before: number): Promise<number> {
  // Seen the same twice: until it sleeps, a program opens its libraries.
  let last = "";
  const { pid } = await of.until(`${phase} asleep`, (status) => {
    if (status.phase !== phase || status.pid === 0 || status.pid === before) return false;
    const isAsleep = kinship(status.pid)?.state === "S";
    const name = statusLines(status.pid).get("Name");
    const seen = `${isAsleep} ${name} ${JSON.stringify([...openFiles(status.pid)])}`;
    const again = seen === last;
    last = seen;
    return isAsleep && name === "sleep" && again;
  });
  return pid;
}

/** run, finish and log/run, the first time and after five restarts. */
async function portraits(subject: Subject): Promise<Record<string, Portrait>> {
  const taken: Record<string, Portrait> = {};
  const { service } = subject;
  let run = 0;
  let log = 0;
  for (let restarts = 0; restarts <= 5; restarts++) {
    const take = (name: string, pid: number) => {
      if (restarts === 0 || restarts === 5)
        taken[`${name} after ${restarts}`] = portrait(pid, subject);
    };
    run = await untilAsleep(service, "run", run);
    take("run", run);
    log = await untilAsleep(service.log, "run", log);
    take("log/run", log);
    sendSignal(log, "SIGKILL");
    sendSignal(run, "SIGKILL");
    const finish = await untilAsleep(service, "finish", run);
    take("finish", finish);
    sendSignal(finish, "SIGKILL");
    await service.untilTrue("end of finish", () => !isAlive(finish));
  }
  return taken;
}

const skip = debian.missing ?? false;
for (const mode of MODES) {
  describe(`under ${mode}, services are started as by the original`, { concurrency: 5 }, () => {
    for (const [name, start] of Object.entries(STARTS)) {
      test(name, { skip }, async (t) => {
        const [theirs, mine] = await Promise.all([
          portraits(begin(t, mode, debian, start)),
          portraits(begin(t, mode, ours, start)),
        ]);
        const ignored =
          mode === "runsv" ? start.ignored : (start.ignoredUnderScanner ?? start.ignored);
        for (const [what, seen] of Object.entries(theirs)) {
          assert.ok(seen.status.includes(`SigIgn: ${ignored}`), `${what}: ${seen.status}`);
          assert.ok(seen.status.includes(`SigBlk: ${start.blocked}`), `${what}: ${seen.status}`);
          assert.deepEqual(mine[what], expected(seen, mode), what);
        }
        assert.equal(Object.keys(mine).length, 6);
      });
    }
  });
}
