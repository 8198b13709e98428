/**
 * A supervisor: owns a service directory, feeds events to pair-machine.ts and carries out the
 * effects. It is an object on the reactor that uses its own descriptors and no current directory,
 * so a process may hold several.
 *
 * Messages use runit's wording. Nothing here ends the process: a failed effect is reported and
 * answered with an event.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { Directory } from "../base/directory.ts";
import {
  type ErrorCode,
  ignoringErrors,
  isPosixError,
  isResourceExhaustion,
  reason,
  unlessExhausted,
} from "../base/errors.ts";
import { childEnvironment } from "../base/handover.ts";
import { bootId } from "../base/process-identity.ts";
import { monotonicMs, type Reactor, type Timer } from "../base/reactor.ts";
import type { Report } from "../base/report.ts";
import { onExit, type Spawned, spawn } from "../base/spawn.ts";
import { writeIfReady } from "../base/write-stderr.ts";
import { type ControlByte, isControlByte, REEXEC, type SignalName } from "../protocol/control.ts";
import { exitsIn } from "../protocol/exit-line.ts";
import type { PipeEnds } from "../protocol/handover.ts";
import { type ExitResult, exitResult } from "../protocol/history.ts";
import { AdoptFile, type UnfinishedRecord } from "./adopt-file.ts";
import { clearAway } from "./clear-away.ts";
import { LateRecord } from "./late-record.ts";
import { LogEnd } from "./log-end.ts";
import { closePipe, makePipe, type Pipe, reopenPipe } from "./log-pipe.ts";
import type { Orphan } from "./orphan.ts";
import { type PairEffect, type PairState, type PairStep, stepPair } from "./pair-machine.ts";
import { PolicyFiles } from "./policy-files.ts";
import {
  type Effect,
  type Event,
  type Moment,
  newService,
  type Role,
  type Service,
} from "./state.ts";
import { Publisher } from "./status-files.ts";
import { lockSupervise, openControl, openOk } from "./supervise-dir.ts";
import { readPredecessor, type Takeover } from "./takeover.ts";

/**
 * Commands read in one turn; the rest wait for the next turn, so that one busy FIFO does not hold
 * up the reactor.
 */
const COMMANDS_MAX = 64;
/**
 * The capacity of a FIFO, unless enlarged: all that can have been written before a moment. See
 * pipe(7).
 */
const FIFO_BYTES = 65_536;
/**
 * Bytes read at once from the exit relay. Lines arrive whole, because each is one short write, and
 * few arrive at a time.
 */
const LINES_MAX_BYTES = 4_096;
/**
 * How often, and how many times, to look for the adoption record of a process that was just forked.
 */
const RECORD_LOOK_MS = 5;
const RECORD_LOOKS_MAX = 200;
/** The shortest name of a limit file is two characters longer. */
const BOUND_NAME_MIN = 9;
/**
 * How long after its TERM a log service gets KILL if other processes hold its input open and
 * log/timeout-kill sets no limit.
 */
const HELD_LOG_KILL_MS = 5_000;
const OWNER_MAY_EXECUTE = 0o100;

/** The action that messages name if a call fails before the fork has made a child. */
const SPAWN_STEPS: Partial<Readonly<Record<posix.Call, string>>> = {
  fork: "fork, sleeping",
  pipe: "create log pipe",
  fstat: "create log pipe",
};

/**
 * For each service: its directory and its supervise directory below the service directory, and its
 * name in messages.
 */
const ROLE_PATHS = {
  main: { where: "", supervise: "supervise", name: "service" },
  log: { where: "log/", supervise: "log/supervise", name: "log service" },
} as const;

/**
 * The runtime state of one service that the machine does not own. A process may hold thousands of
 * these, so whatever can be made on demand is not stored.
 */
interface ServiceRuntime {
  readonly publisher: Publisher;
  /** supervise/control, once it is open. */
  control: number | undefined;
  /** State from a predecessor; its process is watched while it lives. */
  takeover: Takeover | undefined;
  /** The published files are out of date. */
  isStale: boolean;
  // These two are absent from most services, and so take no memory there.
  /** The process that ended before its exec succeeded. */
  stillborn?: Stillborn | undefined;
  /** Set if the process could not write its adoption record. */
  lateRecord?: LateRecord;
  timer: Timer | undefined;
  killTimer: Timer | undefined;
}

interface Stillborn {
  readonly pid: number;
  /** The text of the message about it, if there was one. */
  readonly problem: string | undefined;
}

/**
 * The program that a child executes. `prepare` runs in the child, in memory shared with this
 * process, and changes nothing there; if it fails, the child reports that and exits with 111.
 */
interface Child {
  /** The action that the message names if the exec fails. */
  readonly start: string;
  /** The action that the message names if standard input or output cannot be set up. */
  readonly setUp: string;
  readonly prepare: () => posix.Program;
}

/** The state that a supervisor hands over to its successor if this process re-execs. */
export interface HandoverState {
  readonly home: number;
  readonly locks: readonly number[];
  readonly pipes: readonly PipeEnds[];
  /** The FIFOs, by which other programs see that the supervisor is running. */
  readonly fifos: readonly number[];
}

/** The facilities of the surrounding process that a supervisor uses. */
export interface ProcessContext {
  /** Runs in each child before its exec, beside the service's own preparation. */
  readonly prepare?: () => void;
  /** Descriptors from this number up are all close-on-exec; there may be very many. */
  readonly closeFrom?: number | undefined;
  /** Called when a control byte requests a re-exec. */
  readonly reexec?: () => void;
  /** The exit relay, on which runsvdir reports exits of processes that a predecessor started. */
  readonly exits?: number | undefined;
  /** Log pipes handed over across a re-exec; each is removed by the supervisor that takes it. */
  readonly pipes?: Map<string, Pipe>;
  /** Locks handed over in the same way. */
  readonly locks?: Set<number>;
}

export class Supervisor {
  readonly #home: Directory;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #left: (supervisor: Supervisor) => void;
  readonly #context: ProcessContext;
  /** Made on first use: most services have no log service. */
  readonly #parts: Partial<Record<Role, ServiceRuntime>> = {};
  /** Open as long as the supervisor lives: the FIFOs, and the locks. */
  readonly #held: number[] = [];
  readonly #locks: number[] = [];
  // Control byte to pid of the running control script; undefined until the first one.
  #scripts: Map<ControlByte, number> | undefined;
  #warnings: Set<string> | undefined; // undefined until the first one
  #queue: (readonly [Role, Event])[] | undefined; // undefined while it is empty
  #busy = false;
  #onQuiet: (() => void) | undefined;
  #quietTimer: Timer | undefined;
  #pipe: Pipe | undefined;
  /** Replaces the pipe once the log service has been asked to read to the end of its input. */
  #logEnd: LogEnd | undefined;
  /** The exit relay, on which runsvdir reports exits of orphans. */
  #exits: number | undefined;
  #state: PairState;

  /**
   * Takes possession of the service directory.
   *
   * @param home closed by {@link close}, and if this throws
   * @param left called after the command to exit, when both services are down
   * @throws {Exit} the directory cannot be supervised; the reason has been reported, and nothing is
   * left open
   */
  constructor(
    home: Directory,
    reactor: Reactor,
    report: Report,
    left: (supervisor: Supervisor) => void,
    context: ProcessContext = {},
  ) {
    this.#home = home;
    this.#reactor = reactor;
    this.#report = report;
    this.#left = left;
    this.#context = context;
    // A placeholder until the predecessor's state has been read.
    const main = newService("main", "down", now());
    this.#state = { main, log: undefined, closing: undefined, left: false };
    try {
      this.#takeHold(this.#hasLog());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Starts the services that are wanted up, the log service first, so that it runs before the first
   * line is written.
   */
  begin(): void {
    for (const role of ["log", "main"] as const) {
      const part = this.#parts[role];
      part?.takeover?.orphan?.watch((end) => {
        part.takeover = undefined;
        if (this.#orphans().length === 0) this.#stopListening();
        this.#onExit(role, end);
      });
      this.#limitAnew(role, part?.takeover);
      if (part?.takeover?.hasEnded === true) {
        this.#enqueue(role, this.#exited(role, undefined));
      } else {
        // Commands that the predecessor did not read.
        for (const byte of this.#commands(role)) this.#enqueue(role, { on: "control", byte });
        this.#enqueue(role, { on: "began" });
      }
    }
    this.#drain();
    for (const role of ["main", "log"] as const) {
      if (this.#state[role] !== undefined) this.#checkDirectory(role);
    }
  }

  /**
   * Calls `run` once nothing is in progress that a successor could not learn of. If a process stays
   * without an adoption record, this reports it and drops `run`.
   */
  whenReexecutable(run: () => void): void {
    this.#onQuiet = run;
    this.#tellQuietAfter(0, RECORD_LOOKS_MAX);
  }

  /** No script is running, no effect is pending, and each process has its adoption record. */
  get isReexecutable(): boolean {
    return this.#isSettled() && this.#hasRecords();
  }

  #isSettled(): boolean {
    const { main, log } = this.#state;
    const isIdle = ({ starting, doing, tasks }: Service): boolean =>
      (starting === "idle" || starting === "waiting") && doing === undefined && tasks.length === 0;
    return !this.#busy && isIdle(main) && (log === undefined || isIdle(log));
  }

  /**
   * A process writes its adoption record before its exec, so one that was forked just now has none
   * yet.
   */
  #hasRecords(): boolean {
    for (const role of ["main", "log"] as const) {
      const pid = this.#state[role]?.pid ?? 0;
      if (pid === 0) continue;
      if (!this.#adoptFile(role).isOf(pid)) return false;
    }
    return true;
  }

  /**
   * Releases the locks for a re-exec that does not hand them over: the new program takes them
   * again, and a child that has not yet executed its program still has them open.
   */
  unlock(): void {
    for (const lock of this.#locks) this.#flock("unlock", lock, posix.LOCK_UN);
  }

  /** Takes the locks again after a failed exec, so that this process continues to supervise. */
  lock(): void {
    for (const lock of this.#locks) this.#flock("lock", lock, posix.LOCK_EX | posix.LOCK_NB);
  }

  #flock(action: string, lock: number, operation: number): void {
    this.#report.try(`${action} supervise/lock`, () => posix.flock(lock, operation));
  }

  get handoverState(): HandoverState {
    const pipes = this.#pipe === undefined ? [] : [[this.#pipe.reader, this.#pipe.writer] as const];
    return { home: this.#home.fd, locks: this.#locks, pipes, fifos: this.#held };
  }

  /** Gives the main service a command, as if it had come through supervise/control. */
  control(byte: ControlByte): void {
    this.#feed("main", { on: "control", byte });
  }

  /** Releases everything but the processes. */
  close(): void {
    this.#closePipe();
    this.#quietTimer?.cancel();
    for (const part of Object.values(this.#parts)) {
      part.timer?.cancel();
      part.killTimer?.cancel();
      part.publisher.close();
      part.lateRecord?.close();
      part.takeover?.orphan?.close();
    }
    this.#stopListening();
    for (const fd of [...this.#held.splice(0), ...this.#locks.splice(0)]) {
      this.#reactor.forget(fd);
      closeIgnoringErrors(fd);
    }
    this.#home.close();
  }

  #takeHold(hasLog: boolean): void {
    const report = this.#report;
    const roles: readonly Role[] = hasLog ? ["main", "log"] : ["main"];
    const inherited = this.#context.locks ?? new Set();
    lockSupervise(this.#home, "", this.#locks, report, inherited);
    if (hasLog) lockSupervise(this.#home, "log/", this.#locks, report, inherited);
    const at = now();
    // A passing failure must not count as "no process": a second one would be started.
    report.must("take over", () => {
      for (const role of roles) this.#takeOver(role, at);
    });
    this.#listen();
    const log = hasLog ? this.#first("log", "log/down", at) : undefined;
    this.#state = { ...this.#state, main: this.#first("main", "down", at), log };
    if (hasLog) {
      const kept = report.must("keep log pipe", () => this.#keepPipe());
      this.#pipe = kept ?? report.must("create log pipe", makePipe);
    }
    for (const role of roles) this.#openControl(role);
    for (const role of roles) {
      openOk(this.#home, ROLE_PATHS[role].supervise, this.#held, report);
    }
  }

  #part(role: Role): ServiceRuntime {
    const known = this.#parts[role];
    if (known !== undefined) return known;
    const { supervise } = ROLE_PATHS[role];
    const part: ServiceRuntime = {
      publisher: new Publisher(this.#home, supervise, this.#reactor, this.#report),
      control: undefined,
      takeover: undefined,
      isStale: false,
      timer: undefined,
      killTimer: undefined,
    };
    this.#parts[role] = part;
    return part;
  }

  /** Reports a warning once, however often its cause comes up again. */
  #warnOnce(text: string, error?: ErrorCode): void {
    const line = this.#report.line("warning", text, error);
    if (this.#warnings?.has(line) === true) return;
    this.#warnings ??= new Set();
    this.#warnings.add(line);
    this.#report.warn(text, error);
  }

  /** Warns about faults in the limit files. */
  #checkDirectory(role: Role): void {
    const { where } = ROLE_PATHS[role];
    const names = ignoringErrors(() => this.#namesIn(where)) ?? [];
    if (!names.some(mayBeBound)) return;
    directoryCheck ??= posix.load(
      "runsv/directory-check",
    ) as typeof import("../tools/runsv/directory-check.ts");
    directoryCheck.checkDirectory(names, where, this.#bounds(role), (text) => this.#warnOnce(text));
  }

  #namesIn(where: string): string[] {
    if (where === "") return posix.readdir(this.#home.fd);
    const dir = Directory.open(where, this.#home.fd);
    try {
      return posix.readdir(dir.fd);
    } finally {
      dir.close();
    }
  }

  #adoptFile(role: Role): AdoptFile {
    return new AdoptFile(this.#home, ROLE_PATHS[role].supervise, this.#report);
  }

  #bounds(role: Role): PolicyFiles {
    const warn = (text: string, error?: ErrorCode): void => this.#warnOnce(text, error);
    return new PolicyFiles(this.#home, ROLE_PATHS[role].where, warn);
  }

  #takeOver(role: Role, at: Moment): void {
    const part = this.#part(role);
    const { supervise } = ROLE_PATHS[role];
    part.takeover = readPredecessor(
      role,
      this.#adoptFile(role),
      this.#home,
      supervise,
      this.#reactor,
      at,
    );
    if (part.takeover?.isPublished === true) part.publisher.resume(part.takeover.service.pid);
  }

  /** Reads the exit relay until no orphan is left. */
  #listen(): void {
    const { exits } = this.#context;
    if (exits === undefined) return;
    this.#exits = exits;
    for (const orphan of this.#orphans()) orphan.expectWord();
    if (this.#orphans().length === 0) this.#stopListening();
    else this.#reactor.onReadable(exits, () => this.#hear(exits));
  }

  #hear(exits: number): void {
    const lines = posix.read(exits, LINES_MAX_BYTES);
    if (lines?.length === 0) this.#stopListening();
    for (const exit of exitsIn(String.fromCharCode(...(lines ?? [])))) {
      this.#orphans()
        .find(({ pid }) => pid === exit.pid)
        ?.hear(exit);
    }
  }

  #stopListening(): void {
    if (this.#exits === undefined) return;
    this.#reactor.forget(this.#exits);
    posix.close(this.#exits);
    this.#exits = undefined;
  }

  #orphans(): Orphan[] {
    const orphans = Object.values(this.#parts).map(({ takeover }) => takeover?.orphan);
    return orphans.filter((orphan) => orphan !== undefined);
  }

  /** The service as the predecessor left it; otherwise wanted up, unless a `down` file exists. */
  #first(role: Role, down: string, at: Moment): Service {
    const { takeover } = this.#part(role);
    if (takeover !== undefined) return takeover.service;
    const isDown = this.#report.must(`stat ${down}`, () => this.#exists(down));
    return newService(role, isDown ? "down" : "up", at);
  }

  /** The predecessor's log pipe, if this process or one of the two services has it. */
  #keepPipe(): Pipe | undefined {
    const pids: number[] = [];
    const ids: string[] = [];
    for (const { takeover } of Object.values(this.#parts)) {
      if (takeover?.pipe === undefined) continue;
      const kept = this.#context.pipes?.get(takeover.pipe);
      if (kept !== undefined) {
        this.#context.pipes?.delete(kept.id);
        return kept;
      }
      if (takeover.orphan === undefined) continue;
      pids.push(takeover.orphan.pid);
      ids.push(takeover.pipe);
    }
    for (const id of ids) {
      const pipe = reopenPipe(id, pids);
      if (pipe !== undefined) return pipe;
    }
    // A log service on its own may just be ending: if nobody else had the pipe, it has read to the
    // end.
    if (this.#part("main").takeover?.orphan !== undefined && ids.length > 0) {
      this.#report.warn("unable to keep log pipe");
    }
    return undefined;
  }

  #exists(name: string): boolean {
    return unlessExhausted(() => posix.stat(this.#home.fd, name, 0)) !== undefined;
  }

  #hasLog(): boolean {
    try {
      const log = this.#home.stat("log");
      if (log === undefined) return false;
      if ((log.mode & posix.S_IFMT) === posix.S_IFDIR) return true;
      this.#report.warn("./log: not a directory.");
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (isResourceExhaustion(error)) this.#report.fatal("unable to stat() ./log: ", error);
      this.#report.warn("unable to stat() ./log: ", error); // runit's double colon
    }
    return false;
  }

  #openControl(role: Role): void {
    const reader = openControl(this.#home, ROLE_PATHS[role].supervise, this.#held, this.#report);
    this.#part(role).control = reader;
    this.#part(role).isStale = true;
    this.#publishStale();
    this.#reactor.onReadable(reader, () => this.#obey(role));
  }

  /** @returns whether there may be more */
  #obey(role: Role): boolean {
    const bytes = this.#read(role);
    for (const byte of this.#commandsIn(bytes)) this.#feed(role, { on: "control", byte });
    return bytes.length === COMMANDS_MAX;
  }

  /**
   * Continues once all commands given before this moment have been carried out: a child may have
   * written them before it ended, and an administrator while this process did not run.
   */
  #afterCommands(role: Role, goOn: () => void): void {
    if (this.#state.left) return;
    if (this.#obey(role)) this.#reactor.after(0, () => this.#afterCommands(role, goOn));
    else goOn();
  }

  /** All commands that are in the FIFO at this moment. */
  #commands(role: Role): ControlByte[] {
    const commands: ControlByte[] = [];
    for (let read = 0; read < FIFO_BYTES; read += COMMANDS_MAX) {
      const bytes = this.#read(role);
      commands.push(...this.#commandsIn(bytes));
      if (bytes.length < COMMANDS_MAX) break;
    }
    return commands;
  }

  /** Reports a failure and reads nothing: the caller's event must not be lost with it. */
  #read(role: Role): string {
    const control = this.#parts[role]?.control;
    if (control === undefined) return "";
    let bytes = "";
    this.#report.try(`read ${ROLE_PATHS[role].supervise}/control`, () => {
      bytes = String.fromCharCode(...(posix.read(control, COMMANDS_MAX) ?? []));
    });
    return bytes;
  }

  #commandsIn(bytes: string): ControlByte[] {
    if (bytes.includes(REEXEC)) this.#context.reexec?.();
    return [...bytes].filter(isControlByte);
  }

  #feed(role: Role, event: Event): void {
    this.#enqueue(role, event);
    this.#drain();
  }

  #enqueue(role: Role, event: Event): void {
    this.#queue ??= [];
    this.#queue.push([role, event]);
  }

  /**
   * Handles events one at a time: an effect may add an event while the one before is being handled.
   */
  #drain(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (;;) {
        const next = this.#queue?.shift();
        if (next === undefined) break;
        this.#take(stepPair(this.#state, ...next));
      }
      this.#queue = undefined;
    } finally {
      this.#busy = false;
      this.#publishStale();
      // Not directly from here: other events read together with this one are still to be handled.
      if (this.#onQuiet !== undefined) this.#tellQuietAfter(0, RECORD_LOOKS_MAX);
    }
  }

  #tellQuietAfter(delayMs: number, looks: number): void {
    this.#quietTimer?.cancel();
    this.#quietTimer = this.#reactor.after(delayMs, () => this.#tellQuiet(looks));
  }

  /** @param looks how many more times to look for a missing adoption record */
  #tellQuiet(looks: number): void {
    const run = this.#onQuiet;
    // The drain after the next event looks again.
    if (run === undefined || !this.#isSettled()) return;
    if (this.#hasRecords()) {
      this.#onQuiet = undefined;
      run();
    } else if (looks > 0) {
      this.#tellQuietAfter(RECORD_LOOK_MS, looks - 1);
    } else {
      this.#onQuiet = undefined;
      this.#report.warn("unable to go over to another executable: a process has no record");
    }
  }

  #take([next, effects]: PairStep): void {
    this.#state = next;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut({ role, effect }: PairEffect): void {
    switch (role) {
      case "both":
        if (effect.do === "closeLogPipe") this.#endLog();
        else this.#leave();
        return;
      case "main":
      case "log":
        this.#carryOutFor(role, effect);
    }
  }

  #carryOutFor(role: Role, effect: Effect): void {
    const part = this.#part(role);
    switch (effect.do) {
      case "publish":
        part.isStale = true;
        return;
      case "publishNow":
        part.isStale = true;
        this.#publishStale();
        return;
      case "signal":
        if (effect.signal === "TERM") this.#stop(role, effect.pid);
        else this.#signal(part, effect.pid, numberOf(effect.signal));
        return;
      case "script":
        this.#script(effect.byte);
        return;
      case "killScripts":
        for (const pid of this.#scripts?.values() ?? []) send(pid, posix.SIGKILL);
        return;
      case "spawnRun":
        this.#spawn(role, "run", role === "main" ? this.#run() : this.#logger());
        return;
      case "spawnFinish":
        this.#spawnFinish(role, effect.end);
        return;
      case "giveUp":
        this.#report.warn(
          `${ROLE_PATHS[role].name} died too often, ${effect.deaths} times, not started again.`,
        );
        return;
      case "wakeAfter":
        part.timer?.cancel();
        part.timer = this.#reactor.after(effect.delayMs, () =>
          this.#afterCommands(role, () => this.#feed(role, { on: "woke" })),
        );
        return;
      case "killAfter":
        part.killTimer?.cancel();
        part.killTimer = this.#reactor.after(effect.delayMs, () =>
          this.#feed(role, { on: "overdue" }),
        );
    }
  }

  /**
   * Publishes after the immediate effects, or before a control script that may read the files: a
   * crashed daemon is restarted before anything is written about it, and of the states in between
   * only the last is written.
   */
  #publishStale(): void {
    for (const role of ["log", "main"] as const) {
      const [part, service] = [this.#parts[role], this.#state[role]];
      if (part === undefined || service === undefined || !part.isStale) continue;
      // It never ran, and its exit is about to be published.
      if (service.pid !== 0 && service.pid === part.stillborn?.pid) continue;
      part.isStale = false;
      // The exit is complete, so the next supervisor starts fresh. Removes the record before
      // publishing: a crash in between must not leave it.
      if (service.want === "exit" && service.phase === "down") this.#adoptFile(role).remove();
      part.publisher.publish(service);
    }
  }

  /** Sends the stop signal. */
  #stop(role: Role, pid: number): void {
    const bounds = this.#bounds(role);
    this.#signal(this.#part(role), pid, bounds.downSignal() ?? posix.SIGTERM);
    this.#limit(role, pid, bounds.killLimitMs());
  }

  /** A child keeps its pid until this process reaps it; another process reaps an orphan. */
  #signal({ takeover }: ServiceRuntime, pid: number, signal: number): void {
    if (takeover?.orphan?.pid === pid) takeover.orphan.signal(signal);
    else send(pid, signal);
  }

  #limit(role: Role, pid: number, limitMs: number | undefined): void {
    if (limitMs !== undefined) this.#enqueue(role, { on: "limited", pid, limitMs, at: now() });
  }

  /**
   * Restarts the time limit of a process that was taken over: the time already passed was not
   * recorded.
   */
  #limitAnew(role: Role, takeover: Takeover | undefined): void {
    if (takeover?.orphan === undefined) return;
    const bounds = this.#bounds(role);
    const { pid, phase, termSent } = takeover.service;
    if (phase === "finish") this.#limit(role, pid, bounds.finishLimitMs());
    else if (termSent) this.#limit(role, pid, bounds.killLimitMs());
  }

  #spawnFinish(role: Role, end: ExitResult): void {
    const pid = this.#spawn(role, "finish", this.#finish(end));
    if (pid !== undefined) this.#limit(role, pid, this.#bounds(role).finishLimitMs());
  }

  /**
   * Starts a service's process and enqueues the event that says whether that worked.
   *
   * @returns its pid
   */
  #spawn(role: Role, phase: "run" | "finish", child: Child): number | undefined {
    try {
      if (this.#state.log !== undefined) this.#pipe ??= this.#pipeAgain();
      const at = now();
      const unfinished = this.#recordFor(role, phase, at);
      const file = this.#adoptFile(role);
      const parent = posix.getpid();
      let isSigned = false; // stays false if the child has memory of its own
      const spawned = this.#launch(role, child, () => {
        if (unfinished !== undefined) isSigned = file.writeFromChild(parent, unfinished);
      });
      const { pid, hasExecuted, problem } = spawned;
      const part = this.#part(role);
      if (!hasExecuted) part.stillborn = { pid, problem };
      else if (part.stillborn !== undefined) part.stillborn = undefined;
      if (hasExecuted && !isSigned && unfinished !== undefined) {
        part.lateRecord = new LateRecord(file, pid, unfinished, this.#reactor);
      }
      onExit(this.#reactor, spawned, (exit) => this.#onExit(role, exit));
      this.#enqueue(role, { on: "spawned", pid, at });
      return pid;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#report.warn(`unable to ${SPAWN_STEPS[error.call] ?? "look at /proc"}`, error);
      this.#enqueue(role, { on: "notSpawned" });
      return undefined;
    }
  }

  /** @param first called in the child, before anything else */
  #launch(role: Role, child: Child, first = () => {}): Spawned & Pick<Stillborn, "problem"> {
    let problem: string | undefined;
    const prepare = () => {
      first();
      return child.prepare();
    };
    const onExecFailed = (error: posix.PosixError, isLate: boolean) => {
      const text = isLate ? `unable to ${child.start}: ${reason(error)}` : problemOf(child, error);
      if (!isPassing(error)) problem = text;
      if (isLate) this.#neverRan(role, spawned.pid, problem);
      return this.#report.fatal(text);
    };
    const spawned: Spawned = spawn({
      name: "runsv",
      signals: this.#reactor.signals,
      prepare,
      onExecFailed,
      fds: {
        stdin: role === "log" ? this.#pipe?.reader : undefined,
        stdout: role === "main" ? this.#pipe?.writer : undefined,
        closeFrom: this.#context.closeFrom,
      },
    });
    if (problem !== undefined && role === "main") this.#tellLog(problem);
    return { ...spawned, problem };
  }

  /** Handles an exec that was delayed and has now failed. */
  #neverRan(role: Role, pid: number, problem: string | undefined): void {
    if (pid === this.#state[role]?.pid) this.#part(role).stillborn = { pid, problem };
    if (problem !== undefined && role === "main") this.#tellLog(problem);
  }

  /**
   * Writes the problem to the log. Skipped while the log service is down: unread lines would fill
   * the pipe.
   */
  #tellLog(problem: string): void {
    const pipe = this.#pipe;
    if (pipe === undefined || (this.#state.log?.pid ?? 0) === 0) return;
    writeIfReady(pipe.writer, this.#report.line("fatal", problem));
  }

  /**
   * The record for a supervisor that takes the process over; a ./finish is dated from the run that
   * it follows.
   *
   * @returns `undefined` if the system cannot distinguish one process from another: then nothing is
   * taken over
   */
  #recordFor(role: Role, phase: "run" | "finish", at: Moment): UnfinishedRecord | undefined {
    const system = bootId();
    if (system === undefined) return undefined;
    const { since, startedMs } = this.#state[role] ?? { since: at.unix, startedMs: at.monotonicMs };
    const pipe = this.#pipe?.id;
    const dated =
      phase === "run" ? { since: at.unix, startedMs: at.monotonicMs } : { since, startedMs };
    return {
      bootId: system,
      phase,
      since: dated.since,
      startedMs: Math.floor(dated.startedMs),
      pipe,
    };
  }

  #onExit(role: Role, exit: posix.ProcessExit | undefined): void {
    this.#enqueue(role, this.#exited(role, exit));
    this.#drain();
  }

  /** @param exit `undefined` if nobody knows how the process ended */
  #exited(role: Role, exit: posix.ProcessExit | undefined): Event {
    this.#part(role).lateRecord?.close();
    const end = exitResult(exit);
    const { stillborn } = this.#part(role);
    const problem = stillborn?.pid === this.#state[role]?.pid ? stillborn?.problem : undefined;
    const hasFinish = role === "main" && this.#canRead("finish");
    const bounds = this.#bounds(role).restart();
    const commands = this.#commands(role);
    return { on: "exited", end, problem, hasFinish, bounds, commands, at: now() };
  }

  /**
   * Whether the file can be read; also true if that is unknown, because the attempt to start it
   * will show.
   */
  #canRead(name: string): boolean {
    try {
      // Most services have none, and this costs less than a call that fails.
      const found = unlessExhausted(() => this.#home.stat(name));
      if (found === undefined) return false;
      // Opening a device may have side effects.
      if ((found.mode & posix.S_IFMT) !== posix.S_IFREG) return true;
      const fd = unlessExhausted(() => this.#home.openRead(name));
      if (fd !== undefined) posix.close(fd);
      return fd !== undefined;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      return true;
    }
  }

  /**
   * Runs control/BYTE if its owner may execute it, and enqueues `scripted` when it has ended, or at
   * once if there is none.
   */
  #script(byte: ControlByte): void {
    const name = `control/${byte}`;
    const ended = (vetoed: boolean) => this.#feed("main", { on: "scripted", byte, vetoed });
    try {
      const found = posix.stat(this.#home.fd, name, 0);
      if (found === undefined || (found.mode & OWNER_MAY_EXECUTE) === 0) {
        ended(false);
        return;
      }
      this.#publishStale();
      const spawned = this.#launch("main", this.#controlScript(name));
      this.#scripts ??= new Map();
      this.#scripts.set(byte, spawned.pid);
      onExit(this.#reactor, spawned, ({ code }) => {
        this.#scripts?.delete(byte);
        this.#afterCommands("main", () => ended(code === 0));
      });
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#report.warn(`unable to ${error.call === "fork" ? "fork for" : "stat"} ${name}`, error);
      ended(false);
    }
  }

  #run(): Child {
    return {
      start: "start ./run",
      setUp: "setup filedescriptor for ./run",
      prepare: () => this.#become("./run"),
    };
  }

  #finish({ code, status }: ExitResult): Child {
    return {
      start: "start ./finish",
      setUp: "setup filedescriptor for ./finish",
      prepare: () => this.#become("./finish", `${code}`, `${status}`),
    };
  }

  #controlScript(name: string): Child {
    return {
      start: "run control/?", // runit uses this name for all of them
      setUp: `setup stdout for ${name}`,
      prepare: () => this.#become(name),
    };
  }

  #logger(): Child {
    return {
      start: "start log/./run",
      setUp: "setup filedescriptor for ./log/run",
      prepare: () => {
        const program = this.#become("./run");
        this.#report.must("change directory to ./log", () => posix.chdir("./log"));
        return program;
      },
    };
  }

  /** In a child: changes to the service directory and returns the program to execute. */
  #become(path: string, ...words: string[]): posix.Program {
    this.#context.prepare?.();
    this.#report.must("change to directory", () => posix.fchdir(this.#home.fd));
    return { path, argv: [path, ...words], env: childEnvironment() };
  }

  #endLog(): void {
    const pipe = this.#pipe;
    if (pipe === undefined) return;
    this.#pipe = undefined;
    const limitMs = this.#bounds("log").killLimitMs();
    this.#logEnd = new LogEnd(pipe, this.#reactor, limitMs, (id) => this.#onLate(id));
  }

  /**
   * Stops a log service that does not end: it would wait for the end of its input as long as
   * another process can write there, or it cannot write its log.
   */
  #onLate(id: string | undefined): void {
    const { closing, log } = this.#state;
    // The exit was taken back, or the log service has ended.
    if (closing === undefined || log === undefined || log.pid === 0) return;
    let why = "log service has not ended by itself";
    if (id !== undefined) {
      pipeWriters ??= posix.load(
        "runsv/pipe-writers",
      ) as typeof import("../tools/runsv/pipe-writers.ts");
      why = `log pipe is still open in ${pipeWriters.writersOf(id)}`;
    }
    this.#report.warn(`${why}, log service gets TERM.`);
    this.#enqueue("log", { on: "control", byte: "t" });
    const hasLimit = this.#bounds("log").killLimitMs() !== undefined;
    if (!hasLimit) this.#limit("log", log.pid, HELD_LOG_KILL_MS);
    this.#drain();
  }

  /** The log pipe after an exit was taken back. */
  #pipeAgain(): Pipe {
    const pipe = this.#logEnd?.takeBack();
    this.#logEnd = undefined;
    return pipe ?? makePipe();
  }

  #closePipe(): void {
    if (this.#pipe !== undefined) closePipe(this.#pipe);
    this.#logEnd?.close();
    this.#pipe = undefined;
    this.#logEnd = undefined;
  }

  #leave(): void {
    this.#publishStale();
    for (const role of ["main", "log"] as const) {
      if (this.#parts[role] === undefined) continue;
      this.#adoptFile(role).remove();
      clearAway(this.#home, ROLE_PATHS[role].supervise);
    }
    this.#left(this);
  }
}

/**
 * Whether the name may be that of a limit file, or a misspelling of one: most directories contain
 * no name this long.
 */
function mayBeBound(name: string): boolean {
  return name.length >= BOUND_NAME_MIN && name !== "supervise";
}

/** Whether a retry may succeed in a moment. */
function isPassing(error: posix.PosixError): boolean {
  return error.code === "ETXTBSY" || isResourceExhaustion(error);
}

/** Loaded once; a loaded part stays in the process. */
let directoryCheck: typeof import("../tools/runsv/directory-check.ts") | undefined;
let pipeWriters: typeof import("../tools/runsv/pipe-writers.ts") | undefined;
let failures: typeof import("../tools/runsv/exec-failure.ts") | undefined;

/** Runs in the child, in its directory. */
function problemOf(child: Child, error: posix.PosixError): string {
  if (error.call === "dup2") return `unable to ${child.setUp}: ${reason(error)}`;
  failures ??= posix.load("runsv/exec-failure") as typeof import("../tools/runsv/exec-failure.ts");
  return `unable to ${child.start}: ${failures.execFailure(error.path ?? "", error)}`;
}

/** @throws {RangeError} the system lacks the signal: a fault in the table of control bytes */
function numberOf(signal: SignalName): number {
  const number = posix.signalNumber(signal);
  if (number === undefined) throw new RangeError(`No signal ${signal}`);
  return number;
}

/** A process that has ended and is not yet reaped accepts signals, so no failure matters here. */
function send(pid: number, signal: number): void {
  ignoringErrors(() => posix.kill(pid, signal));
}

function now(): Moment {
  return { unix: posix.clockReal(), monotonicMs: monotonicMs() };
}
