/**
 * The fault matrix: the faults, and the promises. Each strike leaves a tree that
 * FaultTree.judge looks at.
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
import { CLOCK_CASES } from "./clock.ts";
import { type Case, caseOf, type FaultCase } from "./fault-case.ts";
import { type FaultTree, moment, untilGone } from "./fault-tree.ts";
import { FULL_CASES } from "./full.ts";
import { PLACE_CASES } from "./places.ts";
import { daemonProgram } from "./programs.ts";
import { SHORTAGE_CASES } from "./shortage.ts";
import { PROCESS_ONE_CASES } from "./stages/process-one.ts";
import { STATES, type State } from "./states.ts";

const NOBODY = 65_534;
const TARGETS = ["runsvdir", "runsv", "svlogd", "the daemon"] as const;
type Target = (typeof TARGETS)[number];

function pidOf(tree: FaultTree, target: Target): number {
  switch (target) {
    case "runsvdir":
      return tree.scanner;
    case "runsv":
      return tree.runsv;
    case "svlogd":
      return tree.logger;
    case "the daemon":
      return tree.daemon;
  }
}

function killed(target: Target, state: State): FaultCase {
  return {
    kind: `SIGKILL to ${target}`,
    name: state.name,
    mayLoseLines: target === "svlogd",
    injectFault: async (tree) => {
      await tree.begin();
      await state.enter(tree);
      const pid = pidOf(tree, target);
      sendSignal(pid, "SIGKILL");
      await untilGone(tree, pid);
      if (target === "runsvdir") tree.scan(); // as init would
      await state.leave(tree);
    },
  };
}

function stopped(target: Target, state: State): FaultCase {
  return {
    kind: `SIGSTOP to ${target}, later SIGCONT`,
    name: state.name,
    injectFault: async (tree) => {
      await tree.begin();
      await state.enter(tree);
      const pid = pidOf(tree, target);
      sendSignal(pid, "SIGSTOP");
      await moment(tree, `stop of ${pid}`, () => kinship(pid)?.state === "T");
      await unchanged(() => "", 100); // for events meanwhile
      sendSignal(pid, "SIGCONT");
      await state.leave(tree);
    },
  };
}

/** The whole tree goes over to the executable in its place; runit knows no such thing, and ends. */
function upgraded(state: State): FaultCase {
  return {
    kind: "USR2 to runsvdir: an upgrade",
    name: state.name,
    injectFault: async (tree) => {
      await tree.begin();
      await state.enter(tree);
      const pid = tree.scanner;
      sendSignal(pid, "SIGUSR2");
      await unchanged(() => "", 100); // for effects of it
      if (!isAlive(pid)) tree.scan(); // as init would
      await state.leave(tree);
    },
  };
}

function ofProcesses(): FaultCase[] {
  const strikes: FaultCase[] = [];
  for (const target of TARGETS) {
    for (const state of STATES) {
      if (target === "the daemon" && !state.hasProcess) continue;
      strikes.push(killed(target, state), stopped(target, state));
    }
  }
  return strikes;
}

/** Both of them at once, in either order. */
function killedTogether(first: Target, second: Target): FaultCase {
  return {
    kind: "SIGKILL to two at once",
    name: `${first}, then ${second}`,
    mayLoseLines: first === "svlogd" || second === "svlogd",
    injectFault: async (tree) => {
      await tree.begin();
      const pids = [pidOf(tree, first), pidOf(tree, second)];
      for (const pid of pids) sendSignal(pid, "SIGKILL");
      for (const pid of pids) await untilGone(tree, pid);
      if (first === "runsvdir" || second === "runsvdir") tree.scan();
    },
  };
}

const readerStopped: FaultCase = {
  kind: "the log service is stopped until the pipe is full",
  name: "and goes on",
  injectFault: async (tree) => {
    await tree.begin();
    const pid = tree.logger;
    sendSignal(pid, "SIGSTOP");
    tree.raiseFlag("fast");
    await unchanged(() => `${tree.sent(tree.daemon)}`, 200);
    tree.clearFlag("fast");
    sendSignal(pid, "SIGCONT");
  },
};

/** Something in the service directory is put out of the way, and comes back. */
function displaced(path: string, what: string, put: (path: string) => void): FaultCase {
  return {
    kind: "a file of the service is replaced, and put back",
    name: `${path} by ${what}`,
    injectFault: async (tree) => {
      await tree.begin();
      const pid = tree.daemon;
      const file = join(tree.made, path);
      renameSync(file, `${file}.away`);
      put(file);
      sendSignal(pid, "SIGKILL");
      await untilGone(tree, pid);
      await unchanged(() => tree.messages(), 200);
      rmSync(file, { recursive: true, force: true });
      renameSync(`${file}.away`, file);
    },
  };
}

/** @param spoil makes ./run impossible to execute, and returns a function that undoes that */
function unstartable(name: string, spoil: (run: string) => () => void): FaultCase {
  return {
    kind: "./run cannot be executed for a while",
    name,
    injectFault: async (tree) => {
      await tree.begin();
      const run = join(tree.made, "run");
      const mend = spoil(run);
      sendSignal(tree.daemon, "SIGKILL");
      await moment(tree, "message", () => tree.messages().includes("unable to start ./run"));
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

const UNSTARTABLE: readonly FaultCase[] = [
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

/** A script that hangs does not keep anything else waiting, and `k` ends it. */
function hanging(file: "hang-finish" | "hang-term", name: string): FaultCase {
  return {
    kind: "a script hangs",
    name,
    injectFault: async (tree) => {
      await tree.begin();
      tree.raiseFlag(file);
      await tree.tell("term", "web");
      await moment(tree, name, () => tree.isHanging(file));
      await tree.tell("status", "web");
      await tree.tell("kill", "web");
      await moment(tree, `end of ${name}`, () => !tree.isHanging(file));
      tree.clearFlag(file);
    },
  };
}

/** Nobody but root may look into the service directory for a while: its supervisor is not root. */
const unreadable: FaultCase = {
  kind: "the service directory is unreadable for a while",
  name: "for runsv, which is not root",
  injectFault: async (tree) => {
    await tree.begin(NOBODY);
    chmodSync(tree.made, 0);
    sendSignal(tree.daemon, "SIGKILL");
    await moment(tree, "message", () => tree.messages().includes("unable to"));
    chmodSync(tree.made, 0o755);
  },
};

/** The system has no process left for runsv: its own limit is reached, as `ulimit -u` sets it. */
const noFork: FaultCase = {
  kind: "the limit on processes is reached",
  name: "for runsv, which is not root",
  injectFault: async (tree) => {
    await tree.begin(NOBODY);
    const { runsv, daemon } = tree;
    const before = /^Max processes +(\S+)/m.exec(limits(runsv))?.[1];
    const limit = (soft = "unlimited") =>
      execFileSync("prlimit", [`--pid=${runsv}`, `--nproc=${soft}:`], { uid: NOBODY, gid: NOBODY });
    limit("1");
    sendSignal(daemon, "SIGKILL");
    await moment(tree, "message", () => tree.messages().includes("unable to fork"));
    limit(before);
  },
};

const FAULT_CASES: readonly FaultCase[] = [
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
  ...SHORTAGE_CASES,
  ...PLACE_CASES,
  ...FULL_CASES,
  ...CLOCK_CASES,
];

export const CASES: readonly Case[] = [...FAULT_CASES.map(caseOf), ...PROCESS_ONE_CASES];
