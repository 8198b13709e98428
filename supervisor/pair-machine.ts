/**
 * The decisions of a supervisor about its services together: the log service outlives the main
 * service, and ends when it reads the end of its input; the supervisor leaves when both are down.
 *
 * Pure: like service-machine.ts, on which it builds.
 * Source: runit 2.1.2, runsv(8).
 */
import type { ControlByte } from "../protocol/control.ts";
import { isFullyDown, step } from "./service-machine.ts";
import type { Role, Service, ServiceEffect, ServiceEvent } from "./state.ts";

export interface PairState {
  readonly main: Service;
  readonly log: Service | undefined;
  /**
   * The former want of the log service, while the supervisor is exiting and the main service is
   * down; `rest`: the log service is down, and may have to start for what is in the log pipe.
   */
  readonly closing: "up" | "down" | "rest" | undefined;
  readonly left: boolean;
  /** The whole tree stops: no command starts a service, or takes back the exit. */
  readonly isFinal: boolean;
}

/**
 * `lookAtLogPipe` looks whether the log pipe has unread lines; `inputLooked` answers.
 * `closeLogPipe` closes its writing end, so that the log service reads to its end.
 */
export type SharedEffect = "lookAtLogPipe" | "closeLogPipe" | "leave";

export type PairEffect =
  | { readonly role: Role; readonly effect: ServiceEffect }
  | { readonly role: "both"; readonly effect: { readonly do: SharedEffect } };

export type PairTransition = readonly [next: PairState, effects: readonly PairEffect[]];

/** After `left`, events are ignored. */
export function stepPair(now: PairState, role: Role, event: ServiceEvent): PairTransition {
  const service = now[role];
  if (now.left || service === undefined) return [now, []];
  const heard = withoutIgnored(now, role, event);
  if (heard === undefined) return [now, []];
  // By index: array patterns take iterators, which cost a tenth of the way to the next start.
  const stepped = step(service, heard);
  const effects: PairEffect[] = [];
  for (const effect of stepped[1]) effects.push({ role, effect });
  const settled = settle(withService(now, role, stepped[0]), heard);
  return settled[1].length === 0 ? [settled[0], effects] : [settled[0], effects.concat(settled[1])];
}

/** Lists the members: each event comes here, and a spread takes the engine longer. */
function withService(now: PairState, role: Role, service: Service): PairState {
  const { closing, left, isFinal } = now;
  const main = role === "main" ? service : now.main;
  const log = role === "log" ? service : now.log;
  return { main, log, closing, left, isFinal };
}

function withoutIgnored(now: PairState, role: Role, event: ServiceEvent): ServiceEvent | undefined {
  if (role === "main" && !now.isFinal) return event;
  switch (event.on) {
    case "control":
      return isIgnored(now, role, event.byte) ? undefined : event;
    case "exited":
      return { ...event, commands: event.commands.filter((byte) => !isIgnored(now, role, byte)) };
    default:
      return event;
  }
}

/**
 * The end of its input, not a command, makes a log service exit; after that, it cannot be started.
 * After the command to exit for good a second one would only send a second stop signal.
 */
function isIgnored({ main, closing, isFinal }: PairState, role: Role, byte: ControlByte): boolean {
  const wantsStart = byte === "u" || byte === "o";
  if (isFinal && wantsStart) return true;
  if (role === "main") return byte === "x" && main.want === "exit";
  return byte === "x" || (wantsStart && closing !== undefined);
}

/** Continues an exit, or takes it back if the main service is wanted up again. */
function settle(now: PairState, event: ServiceEvent): PairTransition {
  const { main, log, closing } = now;
  if (main.want !== "exit") return closing === undefined ? [now, []] : reopen(now, closing);
  if (!isFullyDown(main)) return [now, []];
  if (log === undefined || log.pid === 0) return settleWithoutLog(now, event);
  if (closing === "up" || closing === "down") return [now, []];
  const ending: Service = { ...log, want: "exit" };
  return [
    { ...now, log: ending, closing: log.want === "down" ? "down" : "up" },
    [
      { role: "log", effect: { do: "publish" } },
      { role: "both", effect: { do: "closeLogPipe" } },
    ],
  ];
}

/**
 * Completes an exit with no log service running. One that is to restart does so at once if it has
 * lines to read: they would be gone with the pipe.
 */
function settleWithoutLog(now: PairState, event: ServiceEvent): PairTransition {
  const { log, closing } = now;
  if (log?.starting === "spawning") return [now, []];
  if (closing === undefined && log?.want === "up") {
    return [{ ...now, closing: "rest" }, [{ role: "both", effect: { do: "lookAtLogPipe" } }]];
  }
  const hasNothingToRead = event.on === "inputLooked" && !event.isUnread;
  const isRestDone = hasNothingToRead || event.on === "notSpawned";
  if (closing === "rest" && !isRestDone) return [now, []];
  return [{ ...now, left: true }, [{ role: "both", effect: { do: "leave" } }]];
}

function reopen(now: PairState, closing: NonNullable<PairState["closing"]>): PairTransition {
  const open: PairState = { ...now, closing: undefined };
  if (open.log === undefined || closing === "rest") return [open, []];
  // A `d` that it has received meanwhile stands.
  const want = open.log.want === "exit" ? closing : open.log.want;
  const log: Service = { ...open.log, want };
  return [{ ...open, log }, [{ role: "log", effect: { do: "publish" } }]];
}
