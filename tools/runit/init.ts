/**
 * Process 1: passes what happens to the boot machine, and carries out what that decides.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, reason } from "../../base/errors.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import { clear, isSet } from "../../base/shutdown-files.ts";
import { describe } from "../../base/trace.ts";
import { SHUTDOWN_FILES, type ShutdownFiles, UPGRADE } from "../../protocol/shutdown.ts";
import {
  type Boot,
  type BootEvent,
  type Effect,
  INITIAL,
  type Outcome,
  step,
} from "./boot-machine.ts";
import { adoptChild, startChild } from "./child.ts";
import { Console } from "./console.ts";
import { Leftovers, sessionsBefore } from "./leftovers.ts";
import { limitMs } from "./limit.ts";
import { finish, rebootAtOnce } from "./power.ts";
import type { Running } from "./running.ts";
import { CTRL_ALT_DEL, STAGES, type Stage } from "./stages.ts";
import { Upgrade } from "./upgrade.ts";

const NUMBERS = { TERM: posix.SIGTERM, KILL: posix.SIGKILL } as const;
/** Signals that other inits take for a shutdown: busybox sends them. */
const FOREIGN = ["TERM", "USR1", "USR2"];

export class Init {
  readonly #reactor: Reactor;
  readonly #console: Console;
  readonly #upgrade: Upgrade;
  #boot: Boot = INITIAL;
  #timer: Timer | undefined;
  /** The process of the stage; after its end, the pid that it had. */
  #pid: number | undefined;
  #leftovers: Leftovers | undefined;
  #deciding: readonly ShutdownFiles[] = SHUTDOWN_FILES;

  constructor(reactor: Reactor, console: Console) {
    this.#reactor = reactor;
    this.#console = console;
    this.#upgrade = new Upgrade(reactor, console);
    for (const [name, event] of SIGNALS) {
      const signal = posix.signalNumber(name);
      if (signal !== undefined) reactor.onSignal(signal, () => this.#feed(event()));
    }
    reactor.onReparentedExit(() => {
      if (this.#boot.phase === "clearing") this.#search();
    });
  }

  begin(): void {
    this.#feed({ on: "begin" });
  }

  /** Goes on in stage 2, as the program before this one was. */
  resume({ stage, sessions }: Running): void {
    this.#pid = stage;
    this.#leftovers = new Leftovers(sessions);
    this.#boot = { ...INITIAL, stage: 2, phase: "running", startedMs: monotonicMs() };
    adoptChild(this.#reactor, STAGES[2], stage, (outcome) => this.#ended(outcome));
  }

  #feed(event: BootEvent): void {
    const { boot, effects } = step(this.#boot, event, monotonicMs());
    this.#boot = boot;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "say":
        this.#console.say(effect.text);
        break;
      case "start":
        this.#start(effect.stage);
        break;
      case "signal":
        this.#signal(effect.signal);
        break;
      case "wait":
        this.#wait(effect.ms);
        break;
      case "limit":
        this.#wait(limitMs(effect.stage, (text) => this.#console.say(text)));
        break;
      case "search":
        this.#search();
        break;
      case "signal-left":
        this.#leftovers?.signal(this.#pid, NUMBERS[effect.signal]);
        break;
      case "dialog":
        this.#startDialog();
        break;
      case "acknowledge":
        this.#acknowledge();
        break;
      case "upgrade":
        this.#goOver();
        break;
      case "finish":
        finish(this.#reactor, this.#console, this.#deciding);
        break;
      case "reboot":
        rebootAtOnce(this.#reactor, this.#console);
        break;
      default:
        effect satisfies never;
    }
  }

  #start(stage: Stage): void {
    this.#console.giveToChildren();
    const isFirst = stage === 2 && this.#leftovers === undefined;
    // Left set by a shutdown that could not clear them any more.
    if (isFirst) for (const { reboot } of SHUTDOWN_FILES) ignoringErrors(() => clear(reboot));
    const prepare = () => {
      if (stage !== 1) posix.setsid();
      else this.#giveInput();
    };
    try {
      const ended = (outcome: Outcome) => this.#ended(outcome);
      const pid = startChild(this.#reactor, STAGES[stage], prepare, ended);
      this.#pid = pid;
      // After the start, because there may be many processes.
      if (isFirst) this.#leftovers = new Leftovers(sessionsBefore(pid));
      // From now on process 1 mostly waits, and needs little of its code.
      if (stage === 2) ignoringErrors(() => posix.releaseExecutable());
    } catch (error) {
      this.#feed({ on: "unforked", reason: isPosixError(error) ? reason(error) : describe(error) });
    }
  }

  /** In the child. */
  #giveInput(): void {
    try {
      Console.giveInput();
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#console.say(`warning: unable to open /dev/console: ${reason(error)}`);
    }
  }

  #ended(outcome: Outcome): void {
    this.#feed({ on: "ended", outcome });
  }

  #signal(signal: "TERM" | "KILL"): void {
    const pid = this.#pid;
    if (pid !== undefined) ignoringErrors(() => posix.kill(pid, NUMBERS[signal]));
  }

  #wait(ms: number | undefined): void {
    this.#timer?.cancel();
    if (ms !== undefined) this.#timer = this.#reactor.after(ms, () => this.#feed({ on: "timer" }));
  }

  #search(): void {
    let left: ReturnType<Leftovers["find"]> = "nothing";
    try {
      left = this.#leftovers?.find(this.#pid) ?? left;
    } catch (error) {
      this.#console.say(`warning: unable to search what stage 2 has left: ${describe(error)}`);
    }
    this.#feed({ on: "found", left });
  }

  #startDialog(): void {
    const ended = (outcome: Outcome) =>
      this.#feed({ on: "dialog-ended", outcome, isStop: isStopRequested() });
    try {
      startChild(this.#reactor, CTRL_ALT_DEL, () => undefined, ended);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#console.say(`fatal: unable to fork for "${CTRL_ALT_DEL}": ${reason(error)}`);
      ended({ how: "exited", code: 0 });
    }
  }

  #acknowledge(): void {
    const requests = SHUTDOWN_FILES.filter(({ stopit }) => isSet(stopit));
    if (requests.length > 0) this.#deciding = requests;
    for (const { stopit } of SHUTDOWN_FILES) {
      ignoringErrors(() => {
        if (isSet(stopit)) clear(stopit);
      });
    }
  }

  #goOver(): void {
    ignoringErrors(() => clear(UPGRADE));
    const stage = this.#pid;
    const sessions = this.#leftovers?.sessions ?? [];
    const isQuiet = () => this.#boot.phase === "running" && !this.#boot.hasDialog;
    if (stage !== undefined) this.#upgrade.try({ stage, sessions }, isQuiet);
  }
}

function isStopRequested(): boolean {
  return SHUTDOWN_FILES.some(({ stopit }) => isSet(stopit));
}

const SIGNALS: readonly (readonly [name: string, event: () => BootEvent])[] = [
  ["CONT", () => ({ on: "cont", isStop: isStopRequested(), isUpgrade: isSet(UPGRADE) })],
  ["INT", () => ({ on: "int", hasScript: isSet(CTRL_ALT_DEL) })],
  ["PWR", () => ({ on: "pwr" })],
  ...FOREIGN.map((signal) => [signal, (): BootEvent => ({ on: "foreign", signal })] as const),
];
