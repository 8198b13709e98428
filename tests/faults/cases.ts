/**
 * The fault matrix: what strikes, and what is promised. Each strike leaves a world that World.judge
 * looks at.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isAlive, kinship, limits } from "../support/procfs.ts";
import { sendSignal } from "../support/sandbox.ts";
import { unchanged } from "../support/wait.ts";
import { CLOCK_STRIKES } from "./clock.ts";
import { FULL_STRIKES } from "./full.ts";
import { PLACE_STRIKES } from "./places.ts";
import { daemonProgram } from "./programs.ts";
import { SHORTAGE_STRIKES } from "./shortage.ts";
import { STATES, type State } from "./states.ts";
import { type Case, caseOf, type Strike } from "./strike.ts";
import { moment, untilGone, type World } from "./world.ts";

const NOBODY = 65_534;
const TARGETS = ["runsvdir", "runsv", "svlogd", "the daemon"] as const;
type Target = (typeof TARGETS)[number];

function pidOf(world: World, target: Target): number {
  switch (target) {
    case "runsvdir":
      return world.scanner;
    case "runsv":
      return world.runsv;
    case "svlogd":
      return world.logger;
    case "the daemon":
      return world.daemon;
  }
}

function killed(target: Target, state: State): Strike {
  return {
    kind: `SIGKILL to ${target}`,
    name: state.name,
    mayLoseLines: target === "svlogd",
    strike: async (world) => {
      await world.begin();
      await state.enter(world);
      const pid = pidOf(world, target);
      sendSignal(pid, "SIGKILL");
      await untilGone(world, pid);
      if (target === "runsvdir") world.scan(); // as init would
      await state.leave(world);
    },
  };
}

function stopped(target: Target, state: State): Strike {
  return {
    kind: `SIGSTOP to ${target}, later SIGCONT`,
    name: state.name,
    strike: async (world) => {
      await world.begin();
      await state.enter(world);
      const pid = pidOf(world, target);
      sendSignal(pid, "SIGSTOP");
      await moment(world, `stop of ${pid}`, () => kinship(pid)?.state === "T");
      await unchanged(() => "", 100); // for what comes meanwhile
      sendSignal(pid, "SIGCONT");
      await state.leave(world);
    },
  };
}

/** The whole tree goes over to the executable in its place; runit knows no such thing, and ends. */
function upgraded(state: State): Strike {
  return {
    kind: "USR2 to runsvdir: an upgrade",
    name: state.name,
    strike: async (world) => {
      await world.begin();
      await state.enter(world);
      const pid = world.scanner;
      sendSignal(pid, "SIGUSR2");
      await unchanged(() => "", 100); // for what comes of it
      if (!isAlive(pid)) world.scan(); // as init would
      await state.leave(world);
    },
  };
}

function ofProcesses(): Strike[] {
  const strikes: Strike[] = [];
  for (const target of TARGETS) {
    for (const state of STATES) {
      if (target === "the daemon" && !state.hasProcess) continue;
      strikes.push(killed(target, state), stopped(target, state));
    }
  }
  return strikes;
}

/** Both of them at once, in either order. */
function killedTogether(first: Target, second: Target): Strike {
  return {
    kind: "SIGKILL to two at once",
    name: `${first}, then ${second}`,
    mayLoseLines: first === "svlogd" || second === "svlogd",
    strike: async (world) => {
      await world.begin();
      const pids = [pidOf(world, first), pidOf(world, second)];
      for (const pid of pids) sendSignal(pid, "SIGKILL");
      for (const pid of pids) await untilGone(world, pid);
      if (first === "runsvdir" || second === "runsvdir") world.scan();
    },
  };
}

const readerStopped: Strike = {
  kind: "the log service is stopped until the pipe is full",
  name: "and goes on",
  strike: async (world) => {
    await world.begin();
    const pid = world.logger;
    sendSignal(pid, "SIGSTOP");
    world.lay("fast");
    await unchanged(() => `${world.sent(world.daemon)}`, 200);
    world.lift("fast");
    sendSignal(pid, "SIGCONT");
  },
};

/** Something in the service directory is put out of the way, and comes back. */
function displaced(path: string, what: string, put: (path: string) => void): Strike {
  return {
    kind: "a file of the service is replaced, and put back",
    name: `${path} by ${what}`,
    strike: async (world) => {
      await world.begin();
      const pid = world.daemon;
      const file = join(world.made, path);
      renameSync(file, `${file}.away`);
      put(file);
      sendSignal(pid, "SIGKILL");
      await untilGone(world, pid);
      await unchanged(() => world.messages(), 200);
      rmSync(file, { recursive: true, force: true });
      renameSync(`${file}.away`, file);
    },
  };
}

/** @param spoil makes ./run impossible to execute, and returns what undoes that */
function unstartable(name: string, spoil: (run: string) => () => void): Strike {
  return {
    kind: "./run cannot be executed for a while",
    name,
    strike: async (world) => {
      await world.begin();
      const run = join(world.made, "run");
      const mend = spoil(run);
      sendSignal(world.daemon, "SIGKILL");
      await moment(world, "message", () => world.messages().includes("unable to start ./run"));
      mend();
    },
  };
}

/** Another text in the place of ./run, and back. */
function withText(text: string): (run: string) => () => void {
  return (run) => {
    const before = readFileSync(run);
    writeFileSync(run, text);
    return () => writeFileSync(run, before);
  };
}

const UNSTARTABLE: readonly Strike[] = [
  unstartable("not executable", (run) => {
    chmodSync(run, 0o644);
    return () => chmodSync(run, 0o755);
  }),
  unstartable("no such interpreter", withText("#!/nowhere/sh\n")),
  unstartable("no program at all", withText("\0\0\0\0")),
  unstartable("open for writing", (run) => {
    const before = readFileSync(run);
    copyFileSync(daemonProgram(), run);
    const fd = openSync(run, "r+");
    return () => {
      closeSync(fd);
      writeFileSync(run, before);
    };
  }),
  unstartable("gone", (run) => {
    renameSync(run, `${run}.away`);
    return () => renameSync(`${run}.away`, run);
  }),
];

/** A script that hangs does not keep anything else waiting, and `k` ends what hangs. */
function hanging(file: "hang-finish" | "hang-term", name: string): Strike {
  return {
    kind: "a script hangs",
    name,
    strike: async (world) => {
      await world.begin();
      world.lay(file);
      await world.tell("term", "web");
      await moment(world, name, () => world.isHanging(file));
      await world.tell("status", "web");
      await world.tell("kill", "web");
      await moment(world, `end of ${name}`, () => !world.isHanging(file));
      world.lift(file);
    },
  };
}

/** Nobody but root may look into the service directory for a while: its supervisor is not root. */
const unreadable: Strike = {
  kind: "the service directory is unreadable for a while",
  name: "for runsv, which is not root",
  strike: async (world) => {
    await world.begin(NOBODY);
    chmodSync(world.made, 0);
    sendSignal(world.daemon, "SIGKILL");
    await moment(world, "message", () => world.messages().includes("unable to"));
    chmodSync(world.made, 0o755);
  },
};

/** The system has no process left for runsv: its own limit is reached, as `ulimit -u` sets it. */
const noFork: Strike = {
  kind: "the limit on processes is reached",
  name: "for runsv, which is not root",
  strike: async (world) => {
    await world.begin(NOBODY);
    const { runsv, daemon } = world;
    const before = /^Max processes +(\S+)/m.exec(limits(runsv))?.[1];
    const limit = (soft = "unlimited") =>
      execFileSync("prlimit", [`--pid=${runsv}`, `--nproc=${soft}:`], { uid: NOBODY, gid: NOBODY });
    limit("1");
    sendSignal(daemon, "SIGKILL");
    await moment(world, "message", () => world.messages().includes("unable to fork"));
    limit(before);
  },
};

const STRIKES: readonly Strike[] = [
  ...ofProcesses(),
  ...STATES.map(upgraded),
  killedTogether("runsv", "the daemon"),
  killedTogether("the daemon", "runsv"),
  killedTogether("runsv", "svlogd"),
  killedTogether("svlogd", "runsv"),
  killedTogether("runsvdir", "runsv"),
  killedTogether("runsv", "runsvdir"),
  killedTogether("runsvdir", "the daemon"),
  killedTogether("svlogd", "the daemon"),
  readerStopped,
  hanging("hang-finish", "./finish"),
  hanging("hang-term", "control/t"),
  displaced("supervise/control", "a file", (path) => writeFileSync(path, "")),
  displaced("supervise/control", "a directory", (path) => mkdirSync(path)),
  displaced("supervise/control", "a link to nowhere", (path) => symlinkSync("/nowhere", path)),
  displaced("supervise/ok", "a file", (path) => writeFileSync(path, "")),
  displaced("supervise/status", "a directory", (path) => mkdirSync(path)),
  displaced("supervise", "a file", (path) => writeFileSync(path, "")),
  displaced("log/supervise", "nothing", () => {}),
  displaced("../web", "nothing", () => {}),
  ...UNSTARTABLE,
  unreadable,
  noFork,
  ...SHORTAGE_STRIKES,
  ...PLACE_STRIKES,
  ...FULL_STRIKES,
  ...CLOCK_STRIKES,
];

export const CASES: readonly Case[] = STRIKES.map(caseOf);
