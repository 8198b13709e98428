/**
 * `npm start`: runs the services in examples/services in the foreground, tells each change of their state, and
 * ends them all on Ctrl-C.
 *
 * It does what a user would do by hand: links the service directories into a directory, has runsvdir look after
 * that, and asks with sv.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, watch } from "node:fs";
import { resolve } from "node:path";
import { decodeStatus } from "../protocol/status.ts";

const BIN = resolve("dist/bin");
const SERVICES = resolve("examples/services");
const SCANNED = resolve("dist/service");
/** How long the services may take to end before they are told on; they have runsv's word by then. */
const END_WITHIN_S = 10;

const environment = { ...process.env, SVDIR: SCANNED, PATH: `${BIN}:${process.env.PATH}` };
const names = readdirSync(SERVICES);

function sv(...words: readonly string[]): void {
  spawnSync(`${BIN}/sv`, words, { env: environment, stdio: "inherit" });
}

function linkServices(): void {
  rmSync(SCANNED, { recursive: true, force: true });
  mkdirSync(SCANNED, { recursive: true });
  for (const name of names) symlinkSync(`${SERVICES}/${name}`, `${SCANNED}/${name}`);
}

/** What there is to tell of a service now; nothing while it has no supervisor. */
function stateOf(name: string): string | undefined {
  try {
    const { phase, pid } = decodeStatus(readFileSync(`${SERVICES}/${name}/supervise/status`));
    return pid === 0 ? phase : `${phase}, pid ${pid}`;
  } catch {
    return undefined; // being replaced, or not there yet: the next change tells
  }
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

/** HUP has runsvdir end every runsv; sv then waits until they are gone. */
function stop(runsvdir: ChildProcess): void {
  console.log("\nstopping");
  runsvdir.kill("SIGHUP");
  runsvdir.once("exit", () => {
    sv("-w", `${END_WITHIN_S}`, "shutdown", ...names);
    process.exit(0);
  });
}

linkServices();
tellChanges();
// In a process group of its own, so that Ctrl-C reaches this program alone, which stops things in order.
const runsvdir = spawn(`${BIN}/runsvdir`, [SCANNED], {
  env: environment,
  stdio: ["ignore", "inherit", "inherit"],
  detached: true,
});
runsvdir.once("exit", (code) => process.exit(code ?? 1));
console.log(
  `Running ${names.join(", ")}. Logs: examples/services/*/log/main/current. Ctrl-C stops them.`,
);
console.log(`In another terminal: export SVDIR=${SCANNED}; ${BIN}/sv status ${SCANNED}/*\n`);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    runsvdir.removeAllListeners("exit");
    stop(runsvdir);
  });
}
