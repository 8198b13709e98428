/**
 * Carries out the end of the system: kills every process, and does what end-machine.ts decides.
 *
 * Children sync and call reboot(2): a disk that does not answer stops only the child, and a call
 * that ends its caller does not end process 1.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import { clear, isSet } from "../../base/shutdown-files.ts";
import { fork } from "../../base/spawn.ts";
import { HALT, type ShutdownFiles } from "../../protocol/shutdown.ts";
import type { Console } from "./console.ts";
import { type End, type EndEffect, type EndEvent, stepEnd, type Way } from "./end-machine.ts";
import { NO_SYNC } from "./stages.ts";

/** A slow disk with much to write needs this; one that is gone would need for ever. */
const SYNC_MS = 60_000;
/** How long seven ctrl-alt-del requests wait for the disks. */
const URGENT_SYNC_MS = 2_000;
/** Between two attempts to fork: the processes that got SIGKILL are still being reaped. */
const FORK_MS = 100;
const EXIT_REFUSED = 1;
/** The first pid namespace. @see include/linux/proc_ns.h, PROC_PID_INIT_INO */
const MACHINE = "pid:[4026531836]";

/** @param deciding the files of the shutdown: each may make it a reboot */
export function finish(
  reactor: Reactor,
  console: Console,
  deciding: readonly ShutdownFiles[],
): void {
  console.say("sending KILL signal to all processes...");
  ignoringErrors(() => posix.kill(-1, posix.SIGKILL)); // ESRCH: there is none
  const isReboot = deciding.some(({ reboot }) => isSet(reboot));
  const isHalt = isSet(HALT);
  for (const path of [HALT, ...deciding.map(({ reboot }) => reboot)]) {
    ignoringErrors(() => clear(path)); // the file system may be read-only by now
  }
  const choice = isHalt ? "halt" : "power-off";
  const ways = new Set<Way>([isReboot ? "reboot" : choice, "halt"]);
  const noSync = ignoringErrors(() => posix.stat(posix.AT_FDCWD, NO_SYNC, 0));
  const syncMs = noSync === undefined ? SYNC_MS : undefined;
  new SystemEnd(reactor, console, [...ways]).feed({ on: "begin", syncMs });
}

/** Reboots after at most {@link URGENT_SYNC_MS}. */
export function rebootAtOnce(reactor: Reactor, console: Console): void {
  new SystemEnd(reactor, console, ["reboot"]).feed({ on: "begin", syncMs: URGENT_SYNC_MS });
}

class SystemEnd {
  readonly #reactor: Reactor;
  readonly #console: Console;
  #end: End;
  #timer: Timer | undefined;

  constructor(reactor: Reactor, console: Console, ways: readonly Way[]) {
    this.#reactor = reactor;
    this.#console = console;
    this.#end = { ways, phase: "syncing" };
  }

  feed(event: EndEvent): void {
    const { end, effects } = stepEnd(this.#end, event);
    this.#end = end;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: EndEffect): void {
    switch (effect.do) {
      case "say":
        this.#console.say(effect.text);
        break;
      case "wait":
        this.#timer?.cancel();
        this.#timer =
          effect.ms === undefined
            ? undefined
            : this.#reactor.after(effect.ms, () => this.feed({ on: "timer" }));
        break;
      case "sync":
        this.#sync();
        break;
      case "try":
        this.#try(effect.way);
        break;
      case "exit":
        this.#exit();
        break;
      default:
        effect satisfies never;
    }
  }

  #sync(): void {
    if (this.#end.phase !== "syncing") return;
    const isForked = this.#fork(
      () => posix.sync(),
      () => this.feed({ on: "synced" }),
    );
    if (!isForked) this.#reactor.after(FORK_MS, () => this.#sync());
  }

  #try(way: Way): void {
    const isForked = this.#fork(
      () => posix.reboot(way),
      (code) => {
        const ended = code === 0 ? "done" : "refused";
        this.feed({ on: "tried", result: code === undefined ? "killed" : ended });
      },
    );
    if (isForked) return;
    const isDone = ignoringErrors(() => posix.reboot(way) ?? true) === true;
    this.feed({ on: "tried", result: isDone ? "done" : "refused" });
  }

  /** @returns whether there is a child */
  #fork(call: () => void, ended: (code: number | undefined) => void): boolean {
    const child = ignoringErrors(() =>
      fork("runit", this.#reactor.signals, () => ignoringErrors(() => call() ?? 0) ?? EXIT_REFUSED),
    );
    if (child === undefined) return false;
    this.#reactor.onExit(child, ({ code }) => ended(code));
    return true;
  }

  /** A container may not call reboot(2); process 1 must not exit on a machine. */
  #exit(): void {
    const place = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, "/proc/self/ns/pid"));
    if (place === undefined || place === MACHINE) {
      this.#console.say("fatal: reboot(2) fails, and process 1 must not exit: turn the power off");
      return;
    }
    this.#console.say("reboot(2) fails, exiting: that ends this container.");
    posix.exit(0);
  }
}
