/**
 * The ordered stop of the whole tree: carries out the effects of stop-machine.ts. With its imports
 * this file is a part, runsvdir/stop, which stop-mode.ts loads when the stop begins.
 */
import * as posix from "posix";
import { isPosixError } from "../../base/errors.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import type { Command } from "./command.ts";
import { killRest } from "./kill-rest.ts";
import type { Scanner } from "./scanner.ts";
import {
  type Awaited,
  awaitedText,
  beginStop,
  type StopEffect,
  type StopEvent,
  type StopRequest,
  type StopState,
  type StopStep,
  step,
} from "./stop-machine.ts";
import { StoppingTree } from "./stopping-tree.ts";
import type { SupervisorHost } from "./supervisor-host.ts";

export { essentialEnd } from "./essential.ts";

/** How often to look whether the orphans of process 1 have ended. */
const LOOK_EVERY_MS = 10;

export interface StopOptions {
  readonly request: Omit<StopRequest, "nowMs" | "hasCommand">;
  /** The command of `-- CMD`, which ends first. */
  readonly command: Command | undefined;
  readonly scanner: Scanner;
  readonly host: SupervisorHost;
  readonly reactor: Reactor;
  readonly report: Report;
}

export class OrderedStop {
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #tree: StoppingTree;
  readonly #command: Command | undefined;
  readonly #beganMs: number;
  #timer: Timer | undefined;
  #state: StopState;

  constructor({ request, command, scanner, host, reactor, report }: StopOptions) {
    this.#reactor = reactor;
    this.#report = report;
    // Not at once: the effects of another event may still be being carried out.
    const onEmpty = () => reactor.after(0, () => this.#endServices());
    let tree: StoppingTree | undefined;
    scanner.beginStop((running) => {
      tree = new StoppingTree({ tree: running, host, reactor, report, onEmpty });
      return tree;
    });
    if (tree === undefined) throw new Error("the scanner has not begun to stop");
    this.#tree = tree;
    this.#command = command;
    this.#beganMs = monotonicMs();
    const hasCommand = command?.isOver === false;
    const [state, effects] = beginStop({ ...request, hasCommand, nowMs: this.#beganMs });
    this.#state = state;
    this.#take([state, effects]);
  }

  /** Call this when the command has ended. */
  endCommand(code: number | undefined): void {
    const result = code === undefined ? {} : { code };
    this.#feed({ on: "ended", stage: "command", nowMs: monotonicMs(), ...result });
  }

  /** Takes a further stop signal. */
  signal(isInterrupt: boolean): void {
    this.#feed({ on: "signal", isInterrupt, nowMs: monotonicMs() });
  }

  #feed(event: StopEvent): void {
    this.#take(step(this.#state, event));
  }

  #take([state, effects]: StopStep): void {
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    // A tree without services has none whose exit could end this stage.
    if (this.#state.stage === "services" && this.#tree.isEmpty) {
      this.#endServices();
    }
  }

  #endServices(): void {
    this.#feed({ on: "ended", stage: "services", nowMs: monotonicMs() });
  }

  #carryOut(effect: StopEffect): void {
    switch (effect.do) {
      case "stopCommand":
        this.#command?.stop();
        return;
      case "stopServices":
      case "repeatStop":
        this.#tree.stop();
        return;
      case "stopOrphans":
        for (const signal of [posix.SIGTERM, posix.SIGCONT]) sendToAll(signal);
        this.#awaitOrphans();
        return;
      case "printProgress":
        this.#printProgress();
        return;
      case "kill":
        this.#kill(effect.why);
        return;
      case "wakeAt":
        this.#timer?.cancel();
        this.#timer = this.#reactor.after(Math.max(0, effect.atMs - monotonicMs()), () =>
          this.#feed({ on: "woke", nowMs: monotonicMs() }),
        );
        return;
      case "exit":
        this.#reactor.stop(effect.code);
        return;
      default:
        effect satisfies never;
    }
  }

  get #awaited(): readonly Awaited[] {
    const command = this.#state.stage === "command" ? this.#command : undefined;
    return command === undefined
      ? this.#tree.awaited
      : [{ name: command.name, sinceMs: this.#beganMs }];
  }

  #printProgress(): void {
    const awaited = this.#awaited;
    if (awaited.length === 0) return;
    this.#report.say("stopping", `waiting for ${awaitedText(awaited, monotonicMs())}`);
  }

  #kill(why: "limit" | "interrupts"): void {
    const reason = why === "limit" ? "the time is over" : "interrupted";
    const left = awaitedText(this.#awaited, monotonicMs());
    this.#report.warn(`${reason}, killing what is left: ${left}`);
    killRest(this.#reactor, this.#state.isProcess1);
  }

  #awaitOrphans(): void {
    if (sendToAll(0)) this.#reactor.after(LOOK_EVERY_MS, () => this.#awaitOrphans());
    else this.#feed({ on: "ended", stage: "orphans", nowMs: monotonicMs() });
  }
}

/**
 * Sends a signal to every other process of the pid namespace.
 *
 * @returns whether there is one
 */
function sendToAll(signal: number): boolean {
  try {
    posix.kill(-1, signal);
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code !== "ESRCH";
  }
}
