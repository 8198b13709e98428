/**
 * One service of a supervisor, main or log: its control FIFO, its process, its timers and its
 * published state. Carries out the effects of service-machine.ts, and enqueues the events that
 * answer them.
 *
 * A failed effect is reported and answered with an event.
 */
import * as posix from "posix";
import { onPosixError } from "../base/errors.ts";
import type { ChildExitListener, ReadyListener, Timer } from "../base/reactor.ts";
import { onExit } from "../base/spawn.ts";
import type { ControlByte } from "../protocol/control.ts";
import type { ExitResult } from "../protocol/history.ts";
import { AdoptFile } from "./adopt-file.ts";
import { exitedEvent } from "./after-exit.ts";
import { now } from "./clock.ts";
import { ControlScripts, mayHaveScripts } from "./control-scripts.ts";
import { endTreeIfEssential, reportGivenUp } from "./ended-for-good.ts";
import { GroupControl, LEFTOVERS_KILL_MS } from "./group-control.ts";
import type { LateRecord } from "./late-record.ts";
import { type FailedExec, launchProblem, type ServiceLaunch } from "./launcher.ts";
import { checkLimitFiles } from "./limit-file-check.ts";
import { afterKill, noteMemoryKills } from "./memory-kills.ts";
import type { Orphan } from "./orphan.ts";
import { PolicyFiles } from "./policy-files.ts";
import { launchReporting, type RunReadiness, resumeReadiness } from "./readiness.ts";
import { ROLE_PATHS } from "./role-paths.ts";
import { untouchedService } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import { finishProgram, runProgram, type ServiceProgram } from "./service-programs.ts";
import { type ServiceSignalName, sendServiceSignal } from "./service-signal.ts";
import type { Moment, Role, Service, ServiceEffect, ServiceEvent } from "./state.ts";
import { Publisher } from "./status-files.ts";
import { SuperviseDirectory } from "./supervise-directory.ts";
import { readPredecessor, type Takeover, takeoverTimeoutMs } from "./takeover.ts";

/**
 * A process may hold thousands of these, so whatever can be made on demand is not stored, and the
 * members that most services do not need are added when they are set.
 */
export class ServiceController implements ReadyListener, ChildExitListener {
  readonly role: Role;
  readonly supervise: SuperviseDirectory;
  /** State from a predecessor; its process is watched while it lives. */
  declare takeover?: Takeover | undefined;
  readonly #owner: ServiceOwner;
  readonly #publisher: Publisher;
  #restartTimer: Timer | undefined;
  declare private killTimer?: Timer;
  declare private failedExec?: FailedExec | undefined;
  /** Set if the process could not write its adoption record. */
  declare private lateRecord?: LateRecord;
  /** The readiness of the last ./run, if that reports it. */
  declare readiness?: RunReadiness | undefined;
  /** Set if ./run was started with `kill-group`. */
  declare private group?: GroupControl | undefined;
  declare private scripts?: ControlScripts;

  constructor(role: Role, owner: ServiceOwner) {
    this.role = role;
    this.#owner = owner;
    this.supervise = new SuperviseDirectory(owner, ROLE_PATHS[role].where);
    this.#publisher = new Publisher(owner, ROLE_PATHS[role].supervise);
  }

  /**
   * Reads the state that a predecessor left.
   *
   * @throws {PosixError} it cannot be read now
   */
  takeOver(at: Moment): void {
    const found = readPredecessor(this.#owner, this.role, at);
    if (found === undefined) return;
    this.takeover = found;
    if (found.group !== undefined) this.group = new GroupControl(found.group, this.#owner);
    if (found.isPublished) this.#publisher.resume(found.service.pid);
    const readiness = resumeReadiness(this.#owner, this, found);
    if (readiness !== undefined) this.readiness = readiness;
  }

  /** The service as the predecessor left it; otherwise wanted up, unless a `down` file exists. */
  firstState(at: Moment): Service {
    return this.takeover?.service ?? untouchedService(this.#owner, this.role, at);
  }

  /** Opens the control FIFO and publishes. */
  openControl(): void {
    this.supervise.openControl(this);
    const service = this.#state;
    if (service !== undefined && this.#isFirst) this.#publisher.begin(service);
    else this.publish();
  }

  /**
   * Enqueues the first events, and watches a process that was taken over.
   *
   * @param orphanEnded called when that process has ended
   */
  begin(orphanEnded: (orphan: Orphan) => void): void {
    const { takeover } = this;
    const orphan = takeover?.orphan;
    orphan?.watch((end) => {
      this.takeover = undefined;
      orphanEnded(orphan);
      this.#feed(this.#exited(end));
    });
    this.setKillTimeout(orphan?.pid ?? 0, takeoverTimeoutMs(takeover, this.#limits()));
    const { hasEnded = false, isCounted = false } = takeover ?? {};
    if (hasEnded) this.#enqueue(this.#exited(undefined, takeover));
    // Commands that a predecessor did not read, and that are no part of the event.
    const commands = !hasEnded || isCounted ? this.#earlierCommands() : [];
    for (const byte of commands) this.#enqueue({ on: "control", byte });
    if (!hasEnded) this.#enqueue({ on: "initialized" });
  }

  /** Warns about faults in the limit files. */
  afterFirstStart(): void {
    checkLimitFiles(this.#owner, this.#limits());
  }

  /** Whether the running process has its adoption record; also true if none is running. */
  get hasRecord(): boolean {
    const pid = this.#state?.pid ?? 0;
    return pid === 0 || this.#adoptFile().isOf(pid);
  }

  carryOut(effect: ServiceEffect): void {
    switch (effect.do) {
      case "publish":
        this.#publisher.isDirty = true;
        return;
      case "publishNow":
        this.publish();
        return;
      case "signal":
        this.#signal(effect.pid, effect.signal);
        return;
      case "script":
        this.#runScript(effect.byte);
        return;
      case "killScripts":
        this.scripts?.kill();
        return;
      case "spawnRun":
        this.#spawn("run", runProgram(this.role, this.#owner));
        return;
      case "spawnFinish":
        this.#spawnFinish(effect.end);
        return;
      case "giveUp":
        reportGivenUp(this.#owner, this.role, effect.crashes);
        return;
      case "endedForGood":
        endTreeIfEssential(this.#owner, this.role);
        return;
      case "endGroup":
        this.#endGroup();
        return;
      case "startRestartTimer":
        this.#restartTimer?.cancel();
        this.#restartTimer = this.#owner.context.reactor.after(effect.delayMs, () =>
          this.afterCommands(() => this.#feed({ on: "restartTimerFired" })),
        );
        return;
      case "startKillTimer":
        this.killTimer?.cancel();
        this.killTimer = this.#owner.context.reactor.after(effect.delayMs, () =>
          this.#feed({ on: "killTimeoutExpired" }),
        );
        return;
      default:
        effect satisfies never;
    }
  }

  /**
   * Publishes the state if it has changed. An exit that is complete removes the adoption record, so
   * that the next supervisor starts fresh.
   */
  flushStatus(): void {
    const service = this.#state;
    if (service === undefined || !this.#publisher.isDirty) return;
    // It never ran, and its exit is about to be published.
    if (service.pid !== 0 && service.pid === this.failedExec?.pid) return;
    // Removes the record before publishing: a crash in between must not leave it.
    if (service.want === "exit" && service.phase === "down") this.#adoptFile().remove();
    this.readiness?.publish(service);
    this.#publisher.publish(service);
    this.supervise.announce();
    if (this.readiness?.removeIfEnded() === true) this.readiness = undefined;
  }

  /** Publishes the state now. */
  publish(): void {
    this.#publisher.isDirty = true;
    this.#owner.flushStatus();
  }

  /** How long a process may take after its stop signal; `undefined`: no limit. */
  get killTimeoutMs(): number | undefined {
    return this.#limits().killTimeoutMs();
  }

  /** Sets the kill timeout of process `pid`, unless `timeoutMs` is `undefined`. */
  setKillTimeout(pid: number, timeoutMs: number | undefined): void {
    if (timeoutMs !== undefined) this.#enqueue({ on: "killTimeoutSet", pid, timeoutMs, at: now() });
  }

  /** Releases everything but the process. */
  close(): void {
    this.#restartTimer?.cancel();
    this.killTimer?.cancel();
    this.#publisher.close();
    this.lateRecord?.close();
    this.takeover?.orphan?.close();
    this.readiness?.close();
    this.group?.close();
    this.supervise.close();
  }

  /** supervise/ is new, and there was no predecessor. */
  get #isFirst(): boolean {
    return this.supervise.isFresh && this.takeover === undefined;
  }

  get #state(): Service | undefined {
    return this.#owner.state[this.role];
  }

  #enqueue(event: ServiceEvent): void {
    this.#owner.enqueue(this.role, event);
  }

  #feed(event: ServiceEvent): void {
    this.#enqueue(event);
    this.#owner.drain();
  }

  #adoptFile(): AdoptFile {
    const { home, report } = this.#owner;
    return new AdoptFile(home, ROLE_PATHS[this.role].supervise, report);
  }

  #limits(): PolicyFiles {
    return new PolicyFiles(this.#owner, ROLE_PATHS[this.role].where);
  }

  /** The process has ended. */
  onExit(exit: posix.ProcessExit): void {
    this.#feed(this.#exited(exit));
  }

  /** @returns whether there may be more commands */
  onReady(): boolean {
    const { bytes, hasMore } = this.supervise.readCommands();
    for (const byte of bytes) this.#feed({ on: "control", byte });
    return hasMore;
  }

  /**
   * Continues once all commands given before this moment have been carried out: a child may have
   * written them before it ended, and an administrator while this process did not run.
   */
  afterCommands(goOn: () => void): void {
    if (this.#owner.state.left) return;
    if (this.onReady()) this.#owner.context.reactor.after(0, () => this.afterCommands(goOn));
    else goOn();
  }

  /** All commands that were given to a predecessor, if there was one. */
  #earlierCommands(): ControlByte[] {
    return this.#allCommands(this.#isFirst ? [] : this.supervise.readAllCommands());
  }

  /** All commands that were given before this moment. */
  #allCommands(commands = this.supervise.readAllCommands()): ControlByte[] {
    return this.#owner.state.isFinal ? [...commands, "x"] : commands;
  }

  #signal(pid: number, name: ServiceSignalName): void {
    const isStop = name === "TERM";
    const stopSignal = isStop ? this.#limits().downSignal() : undefined;
    const termSent = this.#state?.termSent ?? false;
    const { takeover, group } = this;
    sendServiceSignal({ pid, name, stopSignal, termSent, orphan: takeover?.orphan, group });
    if (isStop) this.setKillTimeout(pid, this.killTimeoutMs ?? this.#owner.urgentKillMs);
  }

  /** Runs control/BYTE if there is one, and enqueues `scriptExited` when it has ended. */
  #runScript(byte: ControlByte): void {
    if (byte === "u" && !this.#owner.mayStart()) return;
    const ended = (vetoed: boolean) => this.#feed({ on: "scriptExited", byte, vetoed });
    if (mayHaveScripts(this.#owner)) this.scripts ??= new ControlScripts();
    const hasStarted = this.scripts?.start(this.#owner, byte, (vetoed) =>
      this.afterCommands(() => ended(vetoed)),
    );
    if (hasStarted !== true) ended(false);
  }

  #spawnFinish(end: ExitResult): void {
    const pid = this.#spawn("finish", finishProgram(end, this.#owner));
    if (pid !== undefined) this.setKillTimeout(pid, this.#limits().finishTimeoutMs());
  }

  /**
   * Starts the service's process and enqueues the event that says whether that worked.
   *
   * @returns its pid
   */
  #spawn(phase: "run" | "finish", program: ServiceProgram): number | undefined {
    return onPosixError<number | undefined>(
      () => this.#launch(phase, program),
      (error) => {
        this.#owner.report.warn(launchProblem(error), error);
        this.#enqueue({ on: "notSpawned" });
        return undefined;
      },
    );
  }

  #launch(phase: "run" | "finish", program: ServiceProgram): number {
    const failedLate = (failed: FailedExec) => {
      if (failed.pid === this.#state?.pid) this.failedExec = failed;
    };
    const { role } = this;
    const launch: ServiceLaunch = { role, phase, program, file: this.#adoptFile(), failedLate };
    const { started, readiness } = launchReporting(this.#owner, this, launch);
    if (readiness !== undefined) this.readiness = readiness;
    const { pid, hasExecuted, problem } = started.process;
    if (!hasExecuted) this.failedExec = { pid, problem };
    else if (this.failedExec !== undefined) this.failedExec = undefined;
    if (started.lateRecord !== undefined) this.lateRecord = started.lateRecord;
    if (started.leadsGroup) this.group = new GroupControl({ leader: pid }, this.#owner);
    else if (this.group !== undefined) this.group = undefined;
    onExit(this.#owner.context.reactor, started.process, this);
    if (phase === "run") noteMemoryKills(started.at.monotonicMs);
    this.#enqueue({ on: "spawned", pid, at: started.at });
    return pid;
  }

  /**
   * @param exit `undefined` if nobody knows how the process ended
   * @param predecessor set if the process had ended before it was taken over
   */
  #exited(exit: posix.ProcessExit | undefined, predecessor?: Takeover): ServiceEvent {
    this.lateRecord?.close();
    this.readiness?.end();
    const { failedExec, group } = this;
    const commands = predecessor?.isCounted === true ? [] : this.#allCommands();
    if (exit?.signal === posix.SIGKILL && this.#state !== undefined) {
      const counted = (kills: number) => this.#feed({ on: "memoryKillsCounted", kills });
      afterKill(this.#state, this.#owner.context.reactor, counted);
    }
    const exited = { pid: this.#state?.pid ?? 0, exit, predecessor, failedExec, group, commands };
    return exitedEvent(this.#owner, this.#limits(), exited);
  }

  #endGroup(): void {
    const ended = () => this.#feed({ on: "groupEnded" });
    this.group?.endLeftovers(this.#adoptFile(), () => this.afterCommands(ended));
    this.setKillTimeout(this.#state?.pid ?? 0, this.killTimeoutMs ?? LEFTOVERS_KILL_MS);
  }
}
