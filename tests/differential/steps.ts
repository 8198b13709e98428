/** Steps of scenarios, one word for each; `name` is "service" if none is given. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cmdline, isAlive, kinship } from "../support/procfs.ts";
import { run as runCommand } from "../support/run.ts";
import { sendSignal } from "../support/sandbox.ts";
import { tool } from "../support/suite.ts";
import type { Stage, Step } from "./stage.ts";

const SERVICE = "service";

/** Starts runsv on a service, and waits until it can be commanded. */
export const supervise =
  (name = SERVICE): Step =>
  async (stage) => {
    stage.supervise(name);
    const service = stage.service(name);
    await service.untilSupervised();
  };
/**
 * Whether supervise/stat has these words, the record agrees, and the process is there or is not.
 */
function isAt(stage: Stage, words: string, name: string): boolean {
  const status = stage.service(name).statusAt(words);
  const isThere = status !== undefined && (status.pid === 0) === words.startsWith("down");
  return isThere && stage.isCurrent(name);
}
/** Waits for the words of supervise/stat, for the record that follows them, and for the process. */
export const until =
  (words: string, name = SERVICE): Step =>
  async (stage) => {
    await stage.service(name).untilTrue(`"${words}"`, () => isAt(stage, words, name));
  };
/**
 * Waits until the record has this want; supervise/stat leaves that out of a service that is
 * down.
 */
export const waitForWant =
  (want: "up" | "down", name = SERVICE): Step =>
  async (stage) => {
    await stage.service(name).until(`want ${want}`, (status) => status.want === want);
  };
/** Waits until the process is waitUntilStopped, as its record says. */
export const waitUntilStopped =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilTrue("stopped process", () => kinship(service.status().pid)?.state === "T");
  };
/** Waits until the scripts have written so many lines, and supervise/ has caught up with them. */
export const lines =
  (count: number, name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilLines(count);
    await service.untilTrue("record of what wrote them", () => stage.isCurrent(name));
  };
/** As `lines` if supervise/ cannot be written. */
export const linesUnrecorded =
  (count: number, name = SERVICE): Step =>
  async (stage) => {
    await stage.service(name).untilLines(count);
  };
/**
 * Waits until the record names a process that is there: a script may trace before its start is
 * published.
 */
export const alive =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilTrue("live process", () => isAlive(service.status().pid));
  };
/** Waits until the service has run for more than a second: its next start is not put off. */
export const waitUntilOld =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilTrue("a second of age", () => {
      const { seconds, nanoseconds } = service.status().since;
      return Date.now() > seconds * 1000 + nanoseconds / 1e6 + 1_050;
    });
  };
/**
 * Waits for the middle of the second for which a service that failed rests: a moment that is like
 * the next ones.
 */
export const waitInRestartDelay =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilTrue("middle of the rest", () => {
      const { seconds, nanoseconds } = service.status().since;
      const ageMs = Date.now() - seconds * 1000 - nanoseconds / 1e6;
      return isAt(stage, "down", name) && ageMs > 400 && ageMs < 600;
    });
  };
/** Waits until a second has begun that is later than the service's start: sv counts in seconds. */
export const nextSecond =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    await service.untilTrue(
      "next second",
      () => Date.now() / 1000 >= service.status().since.seconds + 1.01,
    );
  };
export const waitUntilQuiet: Step = async (stage) => {
  await stage.untilQuiet();
};
export const control =
  (bytes: string | Uint8Array, name = SERVICE): Step =>
  async (stage) => {
    stage.service(name).control(bytes);
  };
/** As `control` if runsv may be gone already. */
export const controlIfThere =
  (bytes: string, name = SERVICE): Step =>
  async (stage) => {
    try {
      stage.service(name).control(bytes);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENXIO")) throw error;
    }
  };
export const record =
  (name = SERVICE): Step =>
  async (stage) => {
    await stage.settle(name);
    await stage.record(name);
  };
/** `until` and `record` in one look: for states that do not last. */
export const recordAt =
  (words: string, name = SERVICE): Step =>
  (stage) =>
    stage.record(name, { isIt: () => isAt(stage, words, name) });
export const trace =
  (name = SERVICE): Step =>
  async (stage) => {
    stage.trace(name);
  };
export const list =
  (path: string): Step =>
  async (stage) => {
    stage.list(path);
  };
export const write =
  (path: string, text = "", mode = 0o755): Step =>
  async (stage) => {
    // Put in place whole: who executes it meanwhile would find it empty, or busy.
    const made = stage.path(".new");
    writeFileSync(made, text, { mode });
    renameSync(made, stage.path(path));
  };
export const setMode =
  (path: string, mode: number): Step =>
  async (stage) => {
    chmodSync(stage.path(path), mode);
  };
export const rename =
  (from: string, to: string): Step =>
  async (stage) => {
    renameSync(stage.path(from), stage.path(to));
  };
/** Puts a link in the place of another, in one step. */
export const relink =
  (target: string, path: string): Step =>
  async (stage) => {
    const made = stage.path(".new");
    symlinkSync(target, made);
    renameSync(made, stage.path(path));
  };
export const makeDirectory =
  (path: string): Step =>
  async (stage) => {
    mkdirSync(stage.path(path));
  };
export const link =
  (target: string, path: string): Step =>
  async (stage) => {
    symlinkSync(target, stage.path(path));
  };
export const remove =
  (path: string): Step =>
  async (stage) => {
    // Again if runsv has put a file there meanwhile.
    rmSync(stage.path(path), { recursive: true, force: true, maxRetries: 5 });
  };
/** Sends the service's own process a signal, from outside. */
export const killService =
  (signal: NodeJS.Signals, name = SERVICE): Step =>
  async (stage) => {
    const { pid } = await stage.service(name).until("process", (status) => isAlive(status.pid));
    sendSignal(pid, signal);
  };
/** Ends by KILL, from outside, a service whose runsv may be gone already. */
export const killIfSupervised =
  (name = SERVICE): Step =>
  async (stage) => {
    const service = stage.service(name);
    let pid = 0;
    await service.untilTrue("process, or the end of runsv", () => {
      pid = service.status().pid;
      return !service.isSupervised() || isAlive(pid);
    });
    if (service.isSupervised()) sendSignal(pid, "SIGKILL");
  };
export const killSupervisor =
  (signal: NodeJS.Signals, name = SERVICE): Step =>
  async (stage) => {
    stage.supervisor(name).signal(signal);
  };
/** Waits until runsv has ended by itself, and writes down how, and its output. */
export const ended =
  (name = SERVICE): Step =>
  async (stage) => {
    const runsv = stage.supervisor(name);
    const { code, signal } = await runsv.exit();
    stage.say(`runsv ${name} ended with ${code ?? signal}`);
    stage.say(`stderr: ${stage.mask(runsv.stderr())}`);
  };
/** As `ended`, for messages that come once a second: how many there are is chance. */
export const endedRepeating =
  (name = SERVICE): Step =>
  async (stage) => {
    const runsv = stage.supervisor(name);
    const { code, signal } = await runsv.exit();
    const messages = new Set(stage.mask(runsv.stderr()).split("\n"));
    stage.say(`runsv ${name} ended with ${code ?? signal}`);
    stage.say(`stderr, each message once: ${[...messages].join("\n")}`);
  };
/** Sends TERM to runsv, and lets scripts that wait for ./go continue. */
const leave =
  (name: string): Step =>
  async (stage) => {
    const service = stage.service(name);
    const runsv = stage.supervisor(name);
    runsv.signal("SIGTERM");
    await service.untilTrue("exit wanted", () => {
      const isTold = service.stat().includes("want exit") || service.stat().startsWith("down");
      return isTold || !isAlive(runsv.pid);
    });
    if (service.has(".")) stage.hold(`${name}/go`);
  };
/** Ends runsv, whatever state it is in, and records the state that is left. */
export const shutDown = (name = SERVICE): readonly Step[] => [
  leave(name),
  ended(name),
  record(name),
  trace(name),
];
export const shutDownRepeating = (name = SERVICE): readonly Step[] => [
  leave(name),
  endedRepeating(name),
  // Undated: the original starts a service once more that gets TERM while it rests.
  (stage) => stage.record(name, { dated: false }),
];
export const waitForMessage =
  (text: string, times = 1, name = SERVICE): Step =>
  async (stage) => {
    await stage
      .service(name)
      .untilTrue(`"${text}"`, () => stage.supervisor(name).stderr().split(text).length > times);
  };
export const sv =
  (...args: readonly string[]): Step =>
  (stage) =>
    stage.command(["sv", ...args]);
export const svWith =
  (env: Readonly<Record<string, string>>, ...args: readonly string[]): Step =>
  (stage) =>
    stage.command(["sv", ...args], { env });
/** sv under another name. */
export const svAs =
  (as: string, ...args: readonly string[]): Step =>
  (stage) =>
    stage.command(["sv", ...args], { as });
export const other =
  (...words: readonly string[]): Step =>
  (stage) =>
    stage.command(words);
const toItsEnd =
  (name: "runsv" | "runsvdir", args: readonly string[]): Step =>
  async (stage) => {
    const { code, stdout, stderr } = await runCommand(
      stage.box,
      [tool(stage.cast.runsv, name), ...args],
      { argv0: name },
    );
    stage.say(`${name} ${args.join(" ")}: exit ${code}\n${stdout}${stage.mask(stderr)}`);
  };
/** Runs runsv to its end, which comes at once. */
export const runsv = (...args: readonly string[]): Step => toItsEnd("runsv", args);
/** Runs runsvdir to its end, which comes at once. */
export const runsvdir = (...args: readonly string[]): Step => toItsEnd("runsvdir", args);
/** Starts runsvdir on ./services, with words before and behind. */
export const scan =
  (before: readonly string[] = [], after: readonly string[] = []): Step =>
  async (stage) => {
    stage.scan("services", before, after);
  };
/** Writes down the last word of runsvdir's command line, once it ends as commanded. */
export const messageArea =
  (end: string): Step =>
  async (stage) => {
    const area = () => cmdline(stage.supervisor("services").pid).at(-1) ?? "";
    await stage.service("services").untilTrue(`area with ${end}`, () => area().endsWith(end));
    stage.say(`message area: ${JSON.stringify(area())}`);
  };
/** Writes down a file that holds only a TAI64N label. */
export const label =
  (path: string): Step =>
  async (stage) => {
    const written = () => stage.service(".").text(path);
    await stage.service("services").untilTrue(path, () => written() !== "");
    stage.say(`${path}: ${written().replace(/@4[0-9a-f]{23}/, "LABEL")}`);
  };
/** Writes down whose child the runsv of a scanned service is, and how it was called. */
export const recordParentage =
  (name: string): Step =>
  async (stage) => {
    const scanner = stage.supervisor("services").pid;
    const service = kinship(stage.service(name).status().pid);
    const runsv = kinship(service?.ppid ?? 0);
    const called = cmdline(service?.ppid ?? 0).join(" ");
    stage.say(
      `${called}: ${runsv?.ppid === scanner ? "child" : "no child"} of runsvdir, session ` +
        `${runsv?.session === service?.ppid ? "of its own" : "of another"}, service in ` +
        `${service?.session === runsv?.session ? "the same" : "another"}`,
    );
  };
/** The steps, `times` times over. */
export const repeat =
  (times: number, ...steps: readonly Step[]): Step =>
  async (stage) => {
    for (let round = 0; round < times; round++) for (const step of steps) await step(stage);
  };
