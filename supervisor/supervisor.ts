/**
 * A supervisor: owns a service directory, feeds events to pair-machine.ts and has the effects
 * carried out. It is an object on the reactor that uses its own descriptors and no current
 * directory, so a process may hold several.
 *
 * Nothing here ends the process after the start.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Report } from "../base/report.ts";
import type { ControlByte } from "../protocol/control.ts";
import { DEPENDENCY_KINDS } from "../protocol/dependency.ts";
import { applyAccessFile } from "./access-file.ts";
import { clearAway } from "./clear-away.ts";
import { now } from "./clock.ts";
import { Dependencies } from "./dependencies.ts";
import type { DependencyOwner } from "./dependency-owner.ts";
import { ExitRelayReader } from "./exit-relay-reader.ts";
import { HeldLogPipe } from "./held-log-pipe.ts";
import { makeHold } from "./hold.ts";
import { resumeOutput } from "./keep-output.ts";
import type { KeptOutput } from "./kept-output.ts";
import { recordLogDirectory } from "./log-directory.ts";
import { makePipe } from "./log-pipe.ts";
import { endLogService } from "./log-service-end.ts";
import { OptionalFiles } from "./optional-files.ts";
import { type PairEffect, type PairState, type SharedEffect, stepPair } from "./pair-machine.ts";
import type { EntryPlace } from "./place.ts";
import type { ProcessContext } from "./process-context.ts";
import { type HandoverState, isSettled, PendingReexec } from "./reexec.ts";
import { ServiceController } from "./service-controller.ts";
import { hasLogService } from "./service-files.ts";
import { type Role, type ServiceEvent, UNREAD_SERVICE } from "./state.ts";
import { keepLogPipe } from "./takeover.ts";

/** The parts of a supervisor that come from outside. */
interface SupervisorParts {
  /** The service directory; closed by {@link Supervisor.close}, and if the constructor throws. */
  readonly home: Directory;
  readonly report: Report;
  readonly context: ProcessContext;
  /** `undefined` if nobody knows which directory the service directory is in. */
  readonly place: EntryPlace | undefined;
}

/** A process may hold thousands of these; see service-controller.ts. */
export class Supervisor implements DependencyOwner {
  readonly home: Directory;
  readonly report: Report;
  readonly context: ProcessContext;
  readonly place: EntryPlace | undefined;
  state: PairState;
  readonly optionalFiles: OptionalFiles;
  logPipe: HeldLogPipe | undefined;
  declare keptOutput?: KeptOutput | undefined;
  /** The main service, and the log service if there is one. */
  #services: ServiceController[] = [];
  #queue: (readonly [Role, ServiceEvent])[] | undefined; // undefined while it is empty
  #isDraining = false;
  #warnings: Set<string> | undefined; // undefined until the first one
  /** Set if there are orphans whose exits runsvdir will report. */
  #exitRelay: ExitRelayReader | undefined;
  #reexec: PendingReexec | undefined;
  /** Set if the main service depends on others, or was stopped before. */
  declare private dependencies?: Dependencies;

  /**
   * Takes possession of the service directory.
   *
   * @throws {Exit} the directory cannot be supervised; the reason has been reported, and nothing is
   * left open
   */
  constructor({ home, report, context, place }: SupervisorParts) {
    this.home = home;
    this.report = report;
    this.context = context;
    this.place = place;
    this.optionalFiles = new OptionalFiles(home);
    const isFinal = context.isFinal === true;
    this.state = { main: UNREAD_SERVICE, log: undefined, closing: undefined, left: false, isFinal };
    try {
      this.#takeHold();
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
    const { dependencies } = this; // only of a process that was taken over
    dependencies?.begin();
    for (const service of this.#services.toReversed()) {
      service.begin((orphan) => this.#exitRelay?.remove(orphan));
    }
    this.drain();
    dependencies?.look();
    for (const service of this.#services) service.afterFirstStart();
  }

  /**
   * Calls `run` once nothing is in progress that the next program could not learn of. If a process
   * stays without an adoption record, this reports it and drops `run`.
   */
  whenReexecutable(run: () => void): void {
    this.#reexec?.close();
    this.#reexec = new PendingReexec(this, this.context.reactor, (isPossible) => {
      this.#reexec = undefined;
      if (isPossible) run();
      else this.report.warn("unable to re-exec: a process has no adoption record");
    });
  }

  /** No script is running, no effect is pending, and each process has its adoption record. */
  get isReexecutable(): boolean {
    return this.isSettled && this.hasRecords;
  }

  get isSettled(): boolean {
    const isExiting = this.state.main.want === "exit";
    return (
      !this.#isDraining &&
      isSettled(this.state) &&
      !(isExiting && this.context.forgetsRemoved === true) &&
      this.#services.every(({ readiness }) => readiness?.isChecking !== true)
    );
  }

  get hasRecords(): boolean {
    return this.#services.every(({ hasRecord }) => hasRecord);
  }

  /**
   * Releases the locks for a re-exec that does not hand them over: the new program takes them
   * again, and a child that has not yet executed its program still has them open.
   */
  unlock(): void {
    this.#flock("unlock", posix.LOCK_UN);
  }

  /** Takes the locks again after a failed exec, so that this process continues to supervise. */
  lock(): void {
    this.#flock("lock", posix.LOCK_EX | posix.LOCK_NB);
  }

  #flock(action: string, operation: number): void {
    for (const lock of this.handoverState.locks) {
      this.report.try(`${action} supervise/lock`, () => posix.flock(lock, operation));
    }
  }

  get handoverState(): HandoverState {
    const pipe = this.logPipe?.pipe;
    const logPipes = pipe === undefined ? [] : [[pipe.reader, pipe.writer] as const];
    const held = this.#services.map(({ supervise }) => supervise);
    return {
      home: this.home.fd,
      locks: held.flatMap(({ locks }) => locks),
      pipes: [...logPipes, ...(this.keptOutput?.pipes ?? [])],
      fifos: held.flatMap(({ fifos }) => fifos),
      reports: this.#services.flatMap(({ readiness }) => readiness?.ends ?? []),
    };
  }

  /** Gives the main service a command, as if it had come through supervise/control. */
  control(byte: ControlByte): void {
    this.enqueue("main", { on: "control", byte });
    this.drain();
  }

  /** Stops the service and exits, as after `x`; until then, nothing starts the service again. */
  exitForGood(): void {
    this.makeExitFinal();
    this.control("x");
  }

  makeExitFinal(): void {
    if (!this.state.isFinal) this.state = { ...this.state, isFinal: true };
  }

  /** Releases everything but the processes. */
  close(): void {
    this.logPipe?.close();
    this.keptOutput?.close();
    this.#reexec?.close();
    this.dependencies?.close();
    // Removes them too: the engine would free a circle of references only when it collects garbage.
    for (const service of this.#services.splice(0)) service.close();
    this.#exitRelay?.close();
    this.home.close();
  }

  enqueue(role: Role, event: ServiceEvent): void {
    this.#queue ??= [];
    this.#queue.push([role, event]);
  }

  /**
   * Handles events one at a time: an effect may add an event while the one before is being handled.
   */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (;;) {
        const next = this.#queue?.shift();
        if (next === undefined) break;
        const role = next[0];
        const event = next[1];
        const admitted = role === "main" ? this.#admit(event) : event;
        if (admitted === undefined) continue;
        const { main } = this.state;
        const transition = stepPair(this.state, role, admitted);
        this.state = transition[0];
        this.dependencies?.settle(main, this.state.main);
        for (const effect of transition[1]) this.#carryOut(effect);
      }
      this.#queue = undefined;
    } finally {
      this.#isDraining = false;
      this.optionalFiles.expire();
      this.flushStatus();
      this.#reexec?.look();
    }
  }

  /** A stop may have to wait, for services that depend on this one. */
  #admit(event: ServiceEvent): ServiceEvent | undefined {
    const { phase, want } = this.state.main;
    const isStop = event.on === "control" ? "dx".includes(event.byte) : event.on === "initialized";
    if (phase === "run" && isStop && (event.on === "control" || want === "exit")) {
      this.dependencies ??= new Dependencies(this);
    }
    return this.dependencies === undefined ? event : this.dependencies.admit(event);
  }

  mayStart(): boolean {
    if (this.dependencies === undefined && this.optionalFiles.has(...DEPENDENCY_KINDS)) {
      this.dependencies = new Dependencies(this);
    }
    return this.dependencies?.mayStart() ?? true;
  }

  get urgentKillMs(): number | undefined {
    return this.dependencies?.urgentKillMs;
  }

  republish(): void {
    this.#service("main")?.carryOut({ do: "publish" });
  }

  afterCommands(goOn: () => void): void {
    this.#service("main")?.afterCommands(goOn);
  }

  /**
   * Publishes after the immediate effects, or before a control script that may read the files: a
   * crashed daemon is restarted before anything is written about it, and of the states in between
   * only the last is written.
   */
  flushStatus(): void {
    for (const service of this.#services.toReversed()) service.flushStatus();
  }

  warnOnce(text: string, error?: ErrorCode): void {
    const line = this.report.line("warning", text, error);
    if (this.#warnings?.has(line) === true) return;
    this.#warnings ??= new Set();
    this.#warnings.add(line);
    this.report.warn(text, error);
  }

  #service(role: Role): ServiceController | undefined {
    return this.#services.find((service) => service.role === role);
  }

  #takeHold(): void {
    const { home, report, context } = this;
    const main = new ServiceController("main", this);
    const log = hasLogService(this) ? new ServiceController("log", this) : undefined;
    const services = log === undefined ? [main] : [main, log];
    this.#services = services;
    for (const { supervise } of services) supervise.lock();
    const at = now();
    // A passing failure must not count as "no process": a second one would be started.
    report.must("take over", () => {
      for (const service of services) service.takeOver(at);
    });
    this.#readExitRelay();
    const { closing, left, isFinal } = this.state;
    const logState = log?.firstState(at);
    this.state = { main: main.firstState(at), log: logState, closing, left, isFinal };
    if (log !== undefined) {
      const found = [main.takeover, log.takeover];
      const takeovers = found.filter((takeover) => takeover !== undefined);
      const kept = report.must("keep log pipe", () =>
        keepLogPipe(takeovers, context.pipes, report),
      );
      this.logPipe = new HeldLogPipe(
        kept ?? report.must("create log pipe", makePipe),
        context.reactor,
      );
    }
    report.must("take over", () => {
      const output = resumeOutput(this, main.takeover);
      if (output !== undefined) this.keptOutput = output;
    });
    if (main.takeover !== undefined) {
      this.dependencies = new Dependencies(this);
      this.dependencies.takeOver(this.state.main);
    }
    for (const service of services) service.openControl();
    makeHold(home, report);
    for (const { supervise } of services) supervise.openOk();
    if (this.optionalFiles.has("access")) applyAccessFile(this, log !== undefined);
    main.supervise.openEvent();
  }

  #readExitRelay(): void {
    const { exits, reactor } = this.context;
    if (exits === undefined) return;
    const orphans = this.#services.map(({ takeover }) => takeover?.orphan);
    const living = orphans.filter((orphan) => orphan !== undefined);
    this.#exitRelay = new ExitRelayReader(exits, living, reactor);
  }

  #carryOut({ role, effect }: PairEffect): void {
    switch (role) {
      case "both":
        this.#carryOutShared(effect.do);
        return;
      case "main":
      case "log":
        if (role === "log" && effect.do === "signal" && effect.signal === "TERM") {
          recordLogDirectory(this);
        }
        this.#service(role)?.carryOut(effect);
    }
  }

  #carryOutShared(effect: SharedEffect): void {
    switch (effect) {
      case "lookAtLogPipe": {
        const isUnread = this.logPipe?.isUnread === true;
        this.enqueue("log", { on: "inputLooked", isUnread });
        return;
      }
      case "closeLogPipe":
        endLogService(this, this.#service("log"));
        return;
      case "leave":
        this.#leave();
        return;
      default:
        effect satisfies never;
    }
  }

  #leave(): void {
    this.flushStatus();
    this.keptOutput?.close(); // before supervise/output is removed
    this.keptOutput = undefined;
    for (const { role } of this.#services) clearAway(this, role);
    this.context.onExited(this);
  }
}
