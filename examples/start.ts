/**
 * `npm start`: runs the services in examples/services in the foreground, with a console beside
 * them, prints each change of their state, and ends them all on Ctrl-C.
 *
 * It does what a user would do by hand: links the service directories into a directory, has
 * runsvdir look after that, and asks with sv. TERM to this program or to npm ends them too.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
} from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { noWords } from "../build/command-line.ts";
import { bundleNodePackage } from "../build/node/bundle.ts";
import { CONSOLE } from "../build/node/packages.ts";
import { isTooOld, OLDEST_NODE } from "../node/node-version.ts";
import { decodeStatus } from "../protocol/status.ts";

const BIN = resolve("dist/bin");
const RUNSVDIR = `${BIN}/runsvdir`;
const SERVICES = resolve("examples/services");
const SCANNED = resolve("dist/service");
/** How long the services may take to end before they are killed; they have runsv's word by then. */
const END_WITHIN_S = 10;
const LOOK_EVERY_MS = 50;
const NPM_LOOK_EVERY_MS = 1_000;

const environment = { ...process.env, SVDIR: SCANNED, PATH: `${BIN}:${process.env.PATH}` };
/** The console is a service only if there is a user for it; here it is started below. */
const names = readdirSync(SERVICES).filter((name) => name !== "console");

function sv(...words: readonly string[]): void {
  spawnSync(`${BIN}/sv`, words, { env: environment, stdio: "inherit" });
}

/** Ends services, and waits until their supervisors are gone. */
function shutDown(services: readonly string[]): void {
  sv("-w", `${END_WITHIN_S}`, "force-shutdown", ...services);
}

/** `undefined` where what is looked at is not there, or gone. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/**
 * Each runsvdir that looks after our directory, by its command line; none is found where there is
 * no /proc.
 */
function scanners(): number[] {
  const ours = `${RUNSVDIR}\0${SCANNED}\0`;
  const isOurs = (pid: string) =>
    ifThere(() => readFileSync(`/proc/${pid}/cmdline`, "latin1")) === ours;
  const pids = ifThere(() => readdirSync("/proc")) ?? [];
  return pids.filter((name) => /^\d+$/.test(name) && isOurs(name)).map(Number);
}

/** Whether somebody reads the FIFO `ok`, which cannot be opened otherwise. */
function isSupervised(service: string): boolean {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK;
  const fd = ifThere(() => openSync(`${service}/supervise/ok`, flags));
  if (fd !== undefined) closeSync(fd);
  return fd !== undefined;
}

/** The state of the console, which is new at each start. */
const CONSOLE_STATE = resolve("dist/console");
/** Not the dist/ of its package, which tests that run at the same time read. */
const CONSOLE_BUNDLE = resolve("dist/console-bundle");

/** The console of an earlier start. */
function consoles(): number[] {
  const state = `\0--state\0${CONSOLE_STATE}\0`;
  const isOurs = (pid: string) =>
    ifThere(() => readFileSync(`/proc/${pid}/cmdline`, "latin1"))?.includes(state) === true;
  const pids = ifThere(() => readdirSync("/proc")) ?? [];
  return pids.filter((name) => /^\d+$/.test(name) && isOurs(name)).map(Number);
}

/** @returns the path of the console, or `undefined` if this Node is too old for it */
async function bundleConsole(): Promise<string | undefined> {
  if (isTooOld(process.versions.node)) {
    console.log(`No console: it needs Node ${OLDEST_NODE}, and this is ${process.version}`);
    return undefined;
  }
  await bundleNodePackage(CONSOLE, CONSOLE_BUNDLE);
  return `${CONSOLE_BUNDLE}/start.js`;
}

/** Starts the console beside the services. It prints its address. */
function startConsole(path: string): ChildProcess {
  rmSync(CONSOLE_STATE, { recursive: true, force: true });
  // The services of this directory belong to whoever starts it, root or not.
  const root = process.geteuid?.() === 0 ? ["--allow-root"] : [];
  const words = [path, "--services", SCANNED, "--listen", "127.0.0.1:0", ...root];
  return spawn(
    process.execPath,
    [...words, "--state", CONSOLE_STATE, "--audit", `${CONSOLE_STATE}.audit`],
    {
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
    },
  );
}

/**
 * An earlier start that got a KILL has left all that it had started, also a runsvdir, which would
 * go on to start services in our directory beside ours. They end as they would have by Ctrl-C.
 */
async function endEarlier(): Promise<void> {
  for (const pid of scanners()) {
    console.log(`Ending what an earlier start has left: runsvdir, process ${pid}`);
    process.kill(pid, "SIGHUP");
  }
  for (const pid of consoles()) process.kill(pid, "SIGTERM");
  while (scanners().length > 0 || consoles().length > 0) await pause(LOOK_EVERY_MS);
  const left = names.map((name) => `${SERVICES}/${name}`).filter(isSupervised);
  if (left.length > 0) shutDown(left);
}

function linkServices(): void {
  rmSync(SCANNED, { recursive: true, force: true });
  mkdirSync(SCANNED, { recursive: true });
  for (const name of names) symlinkSync(`${SERVICES}/${name}`, `${SCANNED}/${name}`);
}

/**
 * What there is to tell of a service now; nothing while it has no supervisor, or its status is
 * being replaced.
 */
function stateOf(name: string): string | undefined {
  return ifThere(() => {
    const status = readFileSync(`${SERVICES}/${name}/supervise/status`, "latin1");
    const { phase, pid } = decodeStatus(status);
    // runsv publishes `finish` before ./finish has a process, and again with it.
    return phase === "run" ? `${phase}, pid ${pid}` : phase;
  });
}

/** Prints a line for each change of state. */
function tellChanges(): void {
  const told = new Map<string, string>();
  const look = (name: string) => {
    const state = stateOf(name);
    if (state === undefined || state === told.get(name)) return;
    told.set(name, state);
    console.log(`${new Date().toISOString().slice(11, 23)}  ${name.padEnd(7)} ${state}`);
  };
  for (const name of names) {
    mkdirSync(`${SERVICES}/${name}/supervise`, { recursive: true, mode: 0o700 });
    watch(`${SERVICES}/${name}/supervise`, () => look(name));
  }
}

async function untilEnded(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** HUP has runsvdir end every runsv; sv then waits until they are gone. */
async function stop(): Promise<void> {
  console.log("\nstopping");
  runsvdir.removeAllListeners("exit");
  served?.kill("SIGTERM");
  runsvdir.kill("SIGHUP");
  await untilEnded(runsvdir);
  shutDown(names);
  if (served !== undefined) await untilEnded(served);
  process.exit(0);
}

/**
 * TERM ends npm and its shell alone, and nobody passes it on: tsx, our parent, then has another
 * parent.
 */
function stopAfterNpm(): void {
  if (process.env.npm_lifecycle_event !== "start") return;
  const first = grandparent();
  const timer = setInterval(() => {
    if (grandparent() === first) return;
    clearInterval(timer);
    void stop();
  }, NPM_LOOK_EVERY_MS);
}

/** `undefined` where there is no /proc. */
function grandparent(): string | undefined {
  const stat = ifThere(() => readFileSync(`/proc/${process.ppid}/stat`, "latin1"));
  // The name in parentheses may hold blanks; the state follows, then the parent.
  return stat?.slice(stat.lastIndexOf(")")).split(" ")[2];
}

noWords("usage: npm start\n\nBuilds, and runs the services of examples/services until Ctrl-C.\n");
await endEarlier();
const consolePath = await bundleConsole();
// Before anything runs that a signal would leave behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
linkServices();
tellChanges();
const served = consolePath === undefined ? undefined : startConsole(consolePath);
// In a process group of its own, so that Ctrl-C reaches this program alone, which stops things in
// order.
const runsvdir = spawn(RUNSVDIR, [SCANNED], {
  env: environment,
  stdio: ["ignore", "inherit", "inherit"],
  detached: true,
});
stopAfterNpm();
runsvdir.once("exit", (code) => {
  served?.kill("SIGTERM");
  process.exit(code ?? 1);
});
console.log(
  `Running ${names.join(", ")}. Logs: examples/services/*/log/main/current. Ctrl-C stops them.`,
);
console.log(`In another terminal: export SVDIR=${SCANNED}; ${BIN}/sv list\n`);
