/**
 * What runsv decides about its services together: the log service outlives the main service, of whose end
 * it learns by the end of its input, and the supervisor leaves when both are down.
 *
 * Pure: like service-machine.ts, on which it stands.
 * Source: runit 2.1.2, runsv(8).
 */
import type { ControlByte } from "../protocol/control.ts";
import { isAtRest, step } from "./service-machine.ts";
import type { Effect, Event, Role, Service } from "./state.ts";

export interface PairState {
  readonly main: Service;
  readonly log: Service | undefined;
  /** Told to exit, with the main service down: what was wanted of the log service before. */
  readonly closing: "up" | "down" | undefined;
  readonly left: boolean;
}

export type PairEffect =
  | { readonly role: Role; readonly effect: Effect }
  /** Closes the writing end of the log pipe, so that the log service reads to its end. */
  | { readonly role: "both"; readonly effect: { readonly do: "closeLogPipe" } }
  | { readonly role: "both"; readonly effect: { readonly do: "leave" } };

export type PairStep = readonly [next: PairState, effects: readonly PairEffect[]];

/** After `left` nothing has an effect. */
export function stepPair(now: PairState, role: Role, event: Event): PairStep {
  const service = now[role];
  if (now.left || service === undefined) return [now, []];
  const heard = withoutIgnored(now, role, event);
  if (heard === undefined) return [now, []];
  const [next, effects] = step(service, heard);
  const tagged = effects.map((effect): PairEffect => ({ role, effect }));
  const [last, more] = settle({ ...now, [role]: next });
  return [last, [...tagged, ...more]];
}

function withoutIgnored(now: PairState, role: Role, event: Event): Event | undefined {
  if (role === "main") return event;
  switch (event.on) {
    case "control":
      return isIgnored(now, event.byte) ? undefined : event;
    case "exited":
      return { ...event, commands: event.commands.filter((byte) => !isIgnored(now, byte)) };
    default:
      return event;
  }
}

/** A log service is not told to exit but by the end of its input; once that has come, it only ends. */
function isIgnored({ closing }: PairState, byte: ControlByte): boolean {
  const wantsStart = byte === "u" || byte === "o";
  return byte === "x" || (wantsStart && closing !== undefined);
}

/** Goes on with an exit that was asked for, or takes it back where the main service is wanted again. */
function settle(now: PairState): PairStep {
  const { main, log, closing } = now;
  if (main.want !== "exit") return closing === undefined ? [now, []] : reopen(now, closing);
  if (!isAtRest(main)) return [now, []];
  if (log === undefined || log.pid === 0) {
    return [{ ...now, left: true }, [{ role: "both", effect: { do: "leave" } }]];
  }
  if (closing !== undefined) return [now, []];
  const ending: Service = { ...log, want: "exit" };
  return [
    { ...now, log: ending, closing: log.want === "down" ? "down" : "up" },
    [
      { role: "log", effect: { do: "publish" } },
      { role: "both", effect: { do: "closeLogPipe" } },
    ],
  ];
}

function reopen(now: PairState, logWant: "up" | "down"): PairStep {
  const open: PairState = { ...now, closing: undefined };
  if (open.log === undefined) return [open, []];
  // It may have been told `d` meanwhile, which stands.
  const want = open.log.want === "exit" ? logWant : open.log.want;
  const log: Service = { ...open.log, want };
  return [{ ...open, log }, [{ role: "log", effect: { do: "publish" } }]];
}
