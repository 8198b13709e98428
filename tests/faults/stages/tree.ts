/**
 * Stages of a whole tree: the actions of runsvdir, its supervisors and svlogd, with one of their
 * calls failing.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { kinship, supervisors } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { unchanged } from "../../support/wait.ts";
import { FaultTree, untilGone } from "../fault-tree.ts";
import { faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const QUIET_MS = 300;

interface Part {
  readonly name: string;
  readonly act: (tree: FaultTree) => Promise<void>;
  /** The tree is not started before. */
  readonly isStart?: true;
  /** Each supervisor is a process of its own. */
  readonly isForked?: true;
  /** The daemon runs on as the process that it is. */
  readonly keepsDaemon?: true;
}

async function untilQuiet(tree: FaultTree): Promise<void> {
  await unchanged(
    () => tree.messages(),
    QUIET_MS,
    () => supervisors(tree.scanner).some((pid) => kinship(pid)?.state === "R"),
  );
}

/** Another service comes, with a log service, and goes. */
async function addAndRemove(tree: FaultTree): Promise<void> {
  const made = join(tree.box.dir, "made/extra");
  makeService(made, { run: FOREVER, log: { run: "exec cat >>lines" } });
  const link = join(tree.services, "extra");
  symlinkSync("../made/extra", link);
  const extra = new ServiceDirectory(made, () => tree.messages());
  await extra.untilRunning();
  await extra.log.untilRunning();
  rmSync(link);
  await extra.untilTrue("end of its supervisor", () => !extra.isSupervised());
}

/** A service directory takes the place of a former one, as when a package is installed again. */
async function replace(tree: FaultTree): Promise<void> {
  const dir = join(tree.services, "own");
  const own = new ServiceDirectory(dir, () => tree.messages());
  for (const round of ["first", "second"]) {
    mkdirSync(dir, { recursive: true });
    makeService(dir, { run: `echo >${round}; ${FOREVER}` });
    await own.untilTrue(`${round} service`, () => existsSync(join(dir, round)));
    await own.untilRunning();
    rmSync(dir, { recursive: true, maxRetries: 10 });
  }
}

const PARTS: readonly Part[] = [
  { name: "start", isStart: true, act: (tree) => tree.beginAsInit() },
  {
    name: "the daemon is killed",
    act: async (tree) => {
      const before = tree.daemon;
      sendSignal(before, "SIGKILL");
      await tree.untilUp(before);
    },
  },
  { name: "restart", act: (tree) => tree.tell("restart", "web") },
  {
    name: "down and up",
    act: async (tree) => {
      await tree.tell("down", "web");
      await tree.web.until("down", ({ pid }) => pid === 0);
      await tree.tell("up", "web");
      await tree.untilUp();
    },
  },
  {
    name: "commands",
    keepsDaemon: true,
    act: async (tree) => {
      await tree.tell("pause", "web");
      await tree.web.until("pause", ({ paused }) => paused);
      await tree.tell("cont", "web");
      await tree.tell("once", "web");
      await tree.web.until("once", ({ want }) => want === "down");
      await tree.tell("up", "web");
      await tree.web.until("up", ({ want, paused }) => want === "up" && !paused);
    },
  },
  {
    name: "the log service is restarted",
    keepsDaemon: true,
    act: async (tree) => {
      const before = tree.logger;
      await tree.tell("term", "web/log");
      await tree.web.log.untilRunning(before);
    },
  },
  {
    name: "exit",
    act: async (tree) => {
      const before = tree.daemon;
      await tree.tell("exit", "web");
      await tree.untilUp(before);
    },
  },
  {
    name: "the supervisor is killed",
    isForked: true,
    keepsDaemon: true,
    act: async (tree) => {
      const { runsv } = tree;
      sendSignal(runsv, "SIGKILL");
      await untilGone(tree, runsv);
      await tree.web.untilTrue("another supervisor", () => tree.web.isSupervised());
    },
  },
  {
    name: "the supervisor and the daemon are killed",
    isForked: true,
    act: async (tree) => {
      const { runsv, daemon } = tree;
      sendSignal(runsv, "SIGSTOP");
      sendSignal(daemon, "SIGKILL");
      sendSignal(runsv, "SIGKILL");
      await tree.untilUp(daemon);
    },
  },
  {
    name: "runsvdir is killed",
    keepsDaemon: true,
    act: async (tree) => {
      const { scanner } = tree;
      sendSignal(scanner, "SIGKILL");
      await untilGone(tree, scanner);
      await tree.beginAsInit();
    },
  },
  {
    name: "USR2",
    keepsDaemon: true,
    act: async (tree) => {
      sendSignal(tree.scanner, "SIGUSR2");
      await untilQuiet(tree);
    },
  },
  { name: "a service comes and goes", keepsDaemon: true, act: addAndRemove },
  { name: "a directory is replaced", keepsDaemon: true, act: replace },
  {
    name: "ALRM",
    keepsDaemon: true,
    act: async (tree) => {
      sendSignal(tree.scanner, "SIGALRM");
      await untilQuiet(tree);
    },
  },
];

async function open(part: Part, options: readonly string[]): Promise<Scene> {
  const tree = new FaultTree(faulty, options);
  try {
    if (part.isStart !== true) await tree.begin();
  } catch (error) {
    await tree.close();
    throw error;
  }
  const before = part.keepsDaemon === true ? tree.daemon : undefined;
  return {
    faults: tree.faults,
    act: () => part.act(tree),
    judge: () => tree.judge(before),
    close: () => tree.close(),
  };
}

function stagesOf(kind: string, parts: readonly Part[], options: readonly string[]): Stage[] {
  return parts.map((part) => ({ kind, name: part.name, open: () => open(part, options) }));
}

export const TREE_STAGES: readonly Stage[] = [
  ...stagesOf("a call fails: runsvdir, runsv", PARTS, []),
  ...stagesOf(
    "a call fails: runsvdir --dense",
    PARTS.filter(({ isForked }) => isForked !== true),
    ["--dense"],
  ),
];
