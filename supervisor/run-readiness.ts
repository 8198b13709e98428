/**
 * The readiness of one run of ./run: its pipe, its socket, its checks and its time limits. Carries
 * out the effects of readiness-machine.ts. It is in the part runsv/readiness, which readiness.ts
 * loads for a service that reports readiness.
 */
import * as posix from "posix";
import { onPosixError } from "../base/errors.ts";
import type { Timer } from "../base/reactor.ts";
import type { RecordedReports } from "../protocol/adopt.ts";
import type { ReportEnd } from "../protocol/handover.ts";
import type { ExitResult } from "../protocol/history.ts";
import type { NotifyMessage } from "../protocol/notify.ts";
import { type ReadyRecord, readyOf } from "../protocol/ready.ts";
import { isEarlier, type UnixTime } from "../protocol/tai.ts";
import { now } from "./clock.ts";
import type { Passed } from "./launcher.ts";
import { endForMisconduct, type KillableService } from "./misconduct.ts";
import { notifyAddress } from "./notify-socket.ts";
import { RunningCheck } from "./readiness-check.ts";
import {
  EXTENSION_MAX,
  newReadiness,
  nextTimeMs,
  resumedReadiness,
  stepReadiness,
} from "./readiness-machine.ts";
import { readReadinessRules } from "./readiness-rules.ts";
import type {
  ReadinessEffect,
  ReadinessEvent,
  ReadinessRules,
  ReadinessState,
} from "./readiness-state.ts";
import { ReadyFile } from "./ready-file.ts";
import {
  type Channels,
  channelProblem,
  makeChannels,
  reopenChannels,
  rulesOf,
} from "./report-channels.ts";
import type { ServiceOwner } from "./service-owner.ts";
import type { Moment, Service } from "./state.ts";

/** The service whose readiness this is. */
export interface ReadinessService extends KillableService {
  /** Publishes the state, with readiness, and wakes those who wait for it. */
  publish(): void;
}

/** A process of ./run that was taken over. */
interface ResumedRun {
  readonly pid: number;
  readonly since: UnixTime;
  readonly recorded: RecordedReports;
}

export class RunReadiness {
  readonly #owner: ServiceOwner;
  readonly #service: ReadinessService;
  readonly #channels: Channels;
  readonly #file: ReadyFile;
  #state: ReadinessState;
  #pid = 0;
  #timer: Timer | undefined;
  #timerAtMs = 0;
  #check: RunningCheck | undefined;
  #hasEnded = false;
  /** When TERM was sent. */
  #stoppedMs: number | undefined;
  #since: UnixTime = { seconds: 0, nanoseconds: 0 };
  /** Why ./run cannot be started. */
  #problem: string | undefined;

  private constructor(
    owner: ServiceOwner,
    service: ReadinessService,
    channels: Channels,
    state: ReadinessState,
  ) {
    this.#owner = owner;
    this.#service = service;
    this.#channels = channels;
    this.#state = state;
    this.#file = new ReadyFile(owner);
  }

  /**
   * Prepares the next start of ./run.
   *
   * @returns `undefined` if the service does not report readiness
   * @throws {PosixError} a resource has run out
   */
  static prepare(owner: ServiceOwner, service: ReadinessService): RunReadiness | undefined {
    const rules = readReadinessRules(owner);
    if (rules === undefined) return undefined;
    const fresh = newReadiness(rules, 0);
    return onPosixError<RunReadiness>(
      () => new RunReadiness(owner, service, makeChannels(rules, owner.context.reactor), fresh),
      (error) => {
        const none = { pipe: undefined, socket: undefined, socketName: undefined };
        const failed = new RunReadiness(owner, service, none, fresh);
        failed.#problem = channelProblem(error);
        return failed;
      },
    );
  }

  /**
   * Continues with a process that a predecessor has started.
   *
   * @returns `undefined` if the service does not report readiness
   * @throws {PosixError} a resource has run out
   */
  static resume(
    owner: ServiceOwner,
    service: ReadinessService,
    { pid, since, recorded }: ResumedRun,
  ): RunReadiness | undefined {
    const rules = rulesOf(recorded, readReadinessRules(owner));
    const file = new ReadyFile(owner);
    const found = file.read();
    const record = readyOf({ phase: "run", pid, since }, found);
    if (found !== undefined && (record === undefined || rules === undefined)) file.remove();
    if (rules === undefined) return undefined;
    const isReady = record?.readyAt !== undefined;
    const { channels, hasLost } = reopenChannels(pid, recorded, owner, isReady);
    const readyAt = record?.readyAt;
    const { senders, descriptor, check } = rules;
    // A predecessor may have received READY=1 while it missed another report.
    const isOneOfSeveral = senders !== undefined && (descriptor ?? check) !== undefined;
    const mayHaveReported = hasLost || isOneOfSeveral;
    const left = { readyAt, text: record?.text ?? "", mayHaveReported };
    const resumed = new RunReadiness(
      owner,
      service,
      channels,
      resumedReadiness(rules, left, now()),
    );
    resumed.#begin(pid, since, resumed.#state);
    return resumed;
  }

  get #rules(): ReadinessRules {
    return this.#state.rules;
  }

  /** What ./run gets; call it before the start. */
  get passed(): Passed {
    const { pipe, socketName } = this.#channels;
    const { descriptor, watchdogMs } = this.#rules;
    const writer = pipe?.writer;
    return {
      problem: this.#problem,
      descriptor:
        writer === undefined || descriptor === undefined ? undefined : [writer, descriptor],
      environment: () => {
        if (socketName === undefined) return [];
        const address = `NOTIFY_SOCKET=${notifyAddress(socketName)}`;
        if (watchdogMs === undefined) return [address];
        return [address, `WATCHDOG_USEC=${watchdogMs * 1_000}`, `WATCHDOG_PID=${posix.getpid()}`];
      },
    };
  }

  /** What the adoption record has to have of this run. */
  get recorded(): RecordedReports {
    const { pipe, socketName } = this.#channels;
    const { descriptor } = this.#rules;
    return {
      ...(pipe !== undefined &&
        descriptor !== undefined && { notification: [descriptor, pipe.id] as const }),
      ...(socketName !== undefined && { socket: socketName }),
    };
  }

  /** ./run has been started. */
  started(pid: number, at: Moment): void {
    this.#channels.pipe?.closeWriter();
    this.#begin(pid, at.unix, newReadiness(this.#rules, at.monotonicMs));
  }

  /**
   * The process has ended, or was never started. The file stays until {@link publish}, so that the
   * state of the service is published first.
   */
  end(): void {
    this.#hasEnded = true;
    this.close();
  }

  /** Releases everything but the file. */
  close(): void {
    this.#timer?.cancel();
    this.#check?.kill();
    this.#file.close();
    this.#channels.pipe?.close();
    this.#channels.socket?.close();
  }

  /** Publishes readiness, before `service` is published. */
  publish({ pid, phase, paused, termSent }: Service): void {
    if (this.#hasEnded || pid !== this.#pid || phase !== "run") return;
    const at = now();
    if (termSent) this.#stoppedMs ??= at.monotonicMs;
    const [next, effects] = stepReadiness(this.#state, { on: "state", paused, termSent, at });
    this.#state = next;
    for (const effect of effects) if (effect.do === "killCheck") this.#check?.kill();
    this.#arm();
    this.#file.write(this.#record());
  }

  /** Removes the file of a process that has ended. */
  removeIfEnded(): boolean {
    if (this.#hasEnded) this.#file.remove();
    return this.#hasEnded;
  }

  get isChecking(): boolean {
    return this.#check !== undefined;
  }

  /** The descriptors by which the process reports. */
  get ends(): readonly ReportEnd[] {
    const { pipe, socket } = this.#channels;
    const fds = [pipe?.reader, socket?.fd].filter((fd) => fd !== undefined);
    return fds.map((fd) => [fd, this.#pid] as const);
  }

  #record(): ReadyRecord {
    const { readyAt, text, isReloading, failedCheck } = this.#state;
    const since = this.#since;
    // The clock may have been set back since the start.
    const clamped = readyAt !== undefined && isEarlier(readyAt, since) ? since : readyAt;
    const record = { pid: this.#pid, readyAt: clamped, isReloading, text };
    return failedCheck === undefined || readyAt !== undefined ? record : { ...record, failedCheck };
  }

  #begin(pid: number, since: UnixTime, state: ReadinessState): void {
    this.#pid = pid;
    this.#since = since;
    this.#state = state;
    const { pipe, socket } = this.#channels;
    pipe?.watch(() => this.#feed({ on: "newline", at: now() }));
    const { senders } = this.#rules;
    if (senders !== undefined) socket?.watch(pid, senders, (message) => this.#onMessage(message));
    this.#arm();
  }

  #readReports(): void {
    const { pipe, socket } = this.#channels;
    const { senders } = this.#rules;
    pipe?.read();
    if (senders !== undefined) {
      socket?.read(this.#pid, senders, (message) => this.#onMessage(message));
    }
  }

  #onMessage(message: NotifyMessage): void {
    if (message.hasMainPid) {
      this.#owner.warnOnce("MAINPID in a message of ./run: ignored, runsv supervises ./run itself");
    }
    this.#feed({ on: "message", message, at: now() });
  }

  #feed(event: ReadinessEvent): void {
    const [next, effects] = stepReadiness(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#carryOut(effect);
    this.#arm();
  }

  #carryOut(effect: ReadinessEffect): void {
    switch (effect.do) {
      case "publish":
        this.#service.publish();
        return;
      case "publishText":
        this.#file.writeSoon(() => this.#record());
        return;
      case "runCheck":
        this.#runCheck();
        return;
      case "killCheck":
        this.#check?.kill();
        return;
      case "endProcess":
        endForMisconduct(this.#owner, this.#service, { pid: this.#pid, ...effect });
        return;
      case "assumeReport":
        this.#owner.report.warn("its report of readiness may have been lost, it counts as ready");
        return;
      case "extendKill":
        this.#extendKill(effect.byMs);
        return;
      default:
        effect satisfies never;
    }
  }

  #extendKill(byMs: number): void {
    const timeoutMs = this.#service.killTimeoutMs;
    if (timeoutMs === undefined || this.#stoppedMs === undefined) return;
    const at = now();
    const latestMs = this.#stoppedMs + EXTENSION_MAX * timeoutMs;
    const killAtMs = Math.min(at.monotonicMs + byMs, latestMs);
    this.#owner.enqueue("main", { on: "killTimeoutExtended", pid: this.#pid, killAtMs, at });
    this.#owner.drain();
  }

  #runCheck(): void {
    const { check } = this.#rules;
    if (check === undefined) return;
    const ended = (end: ExitResult | undefined) => {
      this.#check = undefined;
      if (!this.#hasEnded) this.#feed({ on: "checked", end, at: now() });
      this.#owner.drain(); // a re-exec may wait for it
    };
    onPosixError(
      () => {
        this.#check = new RunningCheck(this.#owner, check.timeoutMs, ended);
      },
      (error) => {
        this.#owner.warnOnce("unable to fork for ./check", error);
        ended(undefined);
      },
    );
  }

  /** Sets the timer for the next time; one that is too early only looks again. */
  #arm(): void {
    const atMs = this.#hasEnded ? undefined : nextTimeMs(this.#state);
    if (atMs === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#owner.context.reactor.after(atMs - now().monotonicMs, () => {
      this.#timer = undefined;
      this.#readReports(); // one may have come while this process did not run
      this.#feed({ on: "time", at: now() });
    });
  }
}
