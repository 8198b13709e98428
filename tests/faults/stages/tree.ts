/**
 * Stages of a whole tree: what runsvdir, its supervisors and svlogd go through, with one of their
 * calls failing.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { kinship, supervisors } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { unchanged } from "../../support/wait.ts";
import { faulty } from "../switch.ts";
import { untilGone, World } from "../world.ts";
import type { Scene, Stage } from "./stage.ts";

const QUIET_MS = 300;

interface Part {
  readonly name: string;
  readonly act: (world: World) => Promise<void>;
  /** The tree is not started before. */
  readonly isStart?: true;
  /** Each supervisor is a process of its own. */
  readonly isForked?: true;
  /** The daemon runs on as the process that it is. */
  readonly keepsDaemon?: true;
}

async function untilQuiet(world: World): Promise<void> {
  await unchanged(
    () => world.messages(),
    QUIET_MS,
    () => supervisors(world.scanner).some((pid) => kinship(pid)?.state === "R"),
  );
}

/** Another service comes, with a log service, and goes. */
async function addAndRemove(world: World): Promise<void> {
  const made = join(world.box.dir, "made/extra");
  makeService(made, { run: FOREVER, log: { run: "exec cat >>lines" } });
  const link = join(world.services, "extra");
  symlinkSync("../made/extra", link);
  const extra = new ServiceDirectory(made, () => world.messages());
  await extra.untilRunning();
  await extra.log.untilRunning();
  rmSync(link);
  await extra.untilTrue("end of its supervisor", () => !extra.isSupervised());
}

/** A service directory is made where one was before, as a package does that is installed anew. */
async function replace(world: World): Promise<void> {
  const dir = join(world.services, "own");
  const own = new ServiceDirectory(dir, () => world.messages());
  for (const round of ["first", "second"]) {
    mkdirSync(dir, { recursive: true });
    makeService(dir, { run: `echo >${round}; ${FOREVER}` });
    await own.untilTrue(`${round} service`, () => existsSync(join(dir, round)));
    await own.untilRunning();
    rmSync(dir, { recursive: true });
  }
}

const PARTS: readonly Part[] = [
  { name: "start", isStart: true, act: (world) => world.beginAsInit() },
  {
    name: "the daemon is killed",
    act: async (world) => {
      const before = world.daemon;
      sendSignal(before, "SIGKILL");
      await world.untilUp(before);
    },
  },
  { name: "restart", act: (world) => world.tell("restart", "web") },
  {
    name: "down and up",
    act: async (world) => {
      await world.tell("down", "web");
      await world.web.until("down", ({ pid }) => pid === 0);
      await world.tell("up", "web");
      await world.untilUp();
    },
  },
  {
    name: "commands",
    keepsDaemon: true,
    act: async (world) => {
      await world.tell("pause", "web");
      await world.web.until("pause", ({ paused }) => paused);
      await world.tell("cont", "web");
      await world.tell("once", "web");
      await world.web.until("once", ({ want }) => want === "down");
      await world.tell("up", "web");
      await world.web.until("up", ({ want, paused }) => want === "up" && !paused);
    },
  },
  {
    name: "the log service is restarted",
    keepsDaemon: true,
    act: async (world) => {
      const before = world.logger;
      await world.tell("term", "web/log");
      await world.web.log.untilRunning(before);
    },
  },
  {
    name: "exit",
    act: async (world) => {
      const before = world.daemon;
      await world.tell("exit", "web");
      await world.untilUp(before);
    },
  },
  {
    name: "the supervisor is killed",
    isForked: true,
    keepsDaemon: true,
    act: async (world) => {
      const { runsv } = world;
      sendSignal(runsv, "SIGKILL");
      await untilGone(world, runsv);
      await world.web.untilTrue("another supervisor", () => world.web.isSupervised());
    },
  },
  {
    name: "the supervisor and the daemon are killed",
    isForked: true,
    act: async (world) => {
      const { runsv, daemon } = world;
      sendSignal(runsv, "SIGSTOP");
      sendSignal(daemon, "SIGKILL");
      sendSignal(runsv, "SIGKILL");
      await world.untilUp(daemon);
    },
  },
  {
    name: "runsvdir is killed",
    keepsDaemon: true,
    act: async (world) => {
      const { scanner } = world;
      sendSignal(scanner, "SIGKILL");
      await untilGone(world, scanner);
      await world.beginAsInit();
    },
  },
  {
    name: "USR2",
    keepsDaemon: true,
    act: async (world) => {
      sendSignal(world.scanner, "SIGUSR2");
      await untilQuiet(world);
    },
  },
  { name: "a service comes and goes", keepsDaemon: true, act: addAndRemove },
  { name: "a directory is replaced", keepsDaemon: true, act: replace },
  {
    name: "ALRM",
    keepsDaemon: true,
    act: async (world) => {
      sendSignal(world.scanner, "SIGALRM");
      await untilQuiet(world);
    },
  },
];

async function open(part: Part, options: readonly string[]): Promise<Scene> {
  const world = new World(faulty, options);
  try {
    if (part.isStart !== true) await world.begin();
  } catch (error) {
    await world.close();
    throw error;
  }
  const before = part.keepsDaemon === true ? world.daemon : undefined;
  return {
    faults: world.faults,
    act: () => part.act(world),
    judge: () => world.judge(before),
    close: () => world.close(),
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
