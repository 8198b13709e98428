/**
 * The decisions of a supervisor about the services that its own one depends on, and about those
 * that depend on it: when the service may start, and when a stop may send its signal. `step` maps a
 * state and an event to the next state and the effects to carry out, in that order.
 *
 * Two supervisors agree without a third: each writes before it reads. To start a service, its
 * supervisor holds the services that it depends on, then looks at them; to stop one, its supervisor
 * closes it to new holders, then looks for those that hold it. So of a start and a stop that happen
 * together, one sees the other.
 *
 * Pure: hold.ts and neighbour.ts have the files. The properties are those of
 * docs/service-directory.md, and dependency-world.ts plays them.
 */
import type { Dependency } from "../protocol/dependency.ts";
import type { StopReason } from "../protocol/stopping.ts";
import type { UnixTime } from "../protocol/tai.ts";
import { demandsRestart, demandsStop, NOTHING, permitsStart, type Sight } from "./sight.ts";

export interface DependencyState {
  /**
   * `looking` at the services that it depends on, before it holds them; `waiting` for them;
   * `asking` from the moment at which it holds them until it has looked at them; `running` from the
   * permission to start until the process and its ./finish have ended.
   */
  readonly stage: "idle" | "looking" | "waiting" | "asking" | "running";
  /** As they were read before the start. */
  readonly entries: readonly Dependency[];
  /** The names of the services that it holds. */
  readonly held: readonly string[];
  /** The names of `after` entries on a circle. */
  readonly voidAfter: readonly string[];
  /** The service that stops it: one that it needs. */
  readonly demandedBy: string | undefined;
  /** Why it is being stopped. */
  readonly stop: StopReason | undefined;
  /** Its stop signal waits for the services that depend on it. */
  readonly isAwaiting: boolean;
}

/**
 * What a supervisor sees of each service that its own one depends on, by its name. Until it holds
 * them, the first one that does not permit the start may be the last.
 */
export type Sights = ReadonlyMap<string, Sight>;

export type DependencyEvent =
  /** The service is about to start. */
  | { readonly on: "start"; readonly entries: readonly Dependency[] }
  /**
   * A process was taken over: its holds are taken again before anything else.
   *
   * @param stop why it has got its stop signal; `undefined` if it has got none
   */
  | {
      readonly on: "tookOver";
      readonly entries: readonly Dependency[];
      readonly stop: StopReason | undefined;
    }
  /**
   * @param waitedMs since the start began to wait
   * @param hasProcess ./run has one; look again when it has
   * @param since the start of that process, if it may be restarted now
   */
  | {
      readonly on: "looked";
      readonly sights: Sights;
      readonly waitedMs: number;
      readonly hasProcess: boolean;
      readonly since: UnixTime | undefined;
    }
  /** A command to stop, while ./run has a process. */
  | { readonly on: "stopCommand"; readonly by: "d" | "x" }
  /** A command to start, while ./run has a process. */
  | { readonly on: "startCommand" }
  /** The answer to `askHolders`, and every later change. */
  | { readonly on: "holders"; readonly areGone: boolean }
  /** Ends the wait for holders: by KILL, or after timeout-dependants. */
  | { readonly on: "waitEnded" }
  /** The service has neither a process nor a start in progress. */
  | { readonly on: "ended" }
  /** The names of the `after` entries that are on a circle. */
  | { readonly on: "circle"; readonly voidAfter: readonly string[] };

export type DependencyEffect =
  | { readonly do: "hold"; readonly name: string }
  | { readonly do: "letGo"; readonly name: string }
  /** Answered by `looked`, also each time that something has changed since. */
  | { readonly do: "look" }
  /** The answers to `start`. */
  | { readonly do: "permitStart" }
  | { readonly do: "waitToStart" }
  /** Has new holders see that this service is being stopped. */
  | { readonly do: "close" }
  /** Takes `close` back. */
  | { readonly do: "open" }
  | { readonly do: "askHolders" }
  /** Records and publishes that the stop waits. */
  | { readonly do: "waitToStop"; readonly reason: StopReason }
  /** Sends the stop signal. */
  | { readonly do: "stop"; readonly reason: StopReason }
  | { readonly do: "restart" };

type DependencyStep = readonly [next: DependencyState, effects: readonly DependencyEffect[]];

export const NO_DEPENDENCIES: DependencyState = {
  stage: "idle",
  entries: [],
  held: [],
  voidAfter: [],
  demandedBy: undefined,
  stop: undefined,
  isAwaiting: false,
};

export function stepDependencies(now: DependencyState, event: DependencyEvent): DependencyStep {
  switch (event.on) {
    case "start":
      // To hold services that do not run yet would be in vain.
      return [
        { ...now, stage: "looking", entries: event.entries, voidAfter: [] },
        [{ do: "look" }],
      ];
    case "tookOver":
      return ask({
        ...NO_DEPENDENCIES,
        stage: "running",
        entries: event.entries,
        stop: event.stop,
      });
    case "looked":
      return onLooked(now, event);
    case "stopCommand":
      return stopFor(now, { by: event.by });
    case "startCommand":
      return onStartCommand(now);
    case "holders":
      return onHolders(now, event.areGone);
    case "waitEnded":
      return now.isAwaiting ? sendStop(now) : [now, []];
    case "ended":
      return onEnded(now);
    case "circle":
      return onCircle(now, event.voidAfter);
  }
}

/** Holds every service first, then looks. */
function ask(now: DependencyState): DependencyStep {
  const held = now.entries.filter((entry) => counts(now, entry)).map(({ name }) => name);
  const holds = held.map((name): DependencyEffect => ({ do: "hold", name }));
  const stage = now.stage === "running" ? "running" : "asking";
  return [{ ...now, stage, held }, [...holds, { do: "look" }]];
}

function counts({ voidAfter }: DependencyState, { kind, name }: Dependency): boolean {
  return kind === "needs" || !voidAfter.includes(name);
}

function onLooked(
  now: DependencyState,
  { sights, waitedMs, hasProcess, since }: DependencyEvent & { on: "looked" },
): DependencyStep {
  if (now.stage === "idle" || (now.stage === "running" && !hasProcess)) return [now, []];
  if (now.stage === "running") return watch(now, sights, since);
  const mayStart = now.entries.every((entry) =>
    isPermittedBy(now, entry, sightOf(entry, sights), waitedMs),
  );
  if (now.stage === "waiting") return mayStart ? ask(now) : [now, []];
  if (now.stage === "looking" && mayStart) return ask(now);
  if (mayStart) return [{ ...now, stage: "running" }, [{ do: "permitStart" }]];
  const [next, effects] = letGo(now, now.held);
  return [{ ...next, stage: "waiting" }, [...effects, { do: "waitToStart" }]];
}

/** Whether a service, as it was seen, does not keep this one from starting. */
export function isPermittedBy(
  now: DependencyState,
  entry: Dependency,
  seen: Sight,
  waitedMs: number,
): boolean {
  return !counts(now, entry) || permitsStart(entry, seen, waitedMs);
}

function sightOf({ name }: Dependency, sights: Sights): Sight {
  return sights.get(name) ?? NOTHING;
}

/** Watches the services that a running one depends on. */
function watch(now: DependencyState, sights: Sights, since: UnixTime | undefined): DependencyStep {
  const demanding = now.entries.find((entry) => demandsStop(entry, sightOf(entry, sights)));
  const seen: DependencyState = { ...now, demandedBy: demanding?.name };
  if (demanding !== undefined && now.stop === undefined) {
    return stopFor(seen, { for: demanding.name });
  }
  if (demanding === undefined && now.isAwaiting && now.stop !== undefined && "for" in now.stop) {
    return takeBack(seen);
  }
  if (now.stop !== undefined) return [seen, []];
  const mustRestart = seen.entries.some(
    (entry) => since !== undefined && demandsRestart(entry, sightOf(entry, sights), since),
  );
  const [next, effects] = followAfter(seen, sights);
  return [next, mustRestart ? [...effects, { do: "restart" }] : effects];
}

/**
 * A service that comes after another does not keep that from stopping, unless it is to stop itself;
 * it holds it again once the other is not being stopped any more.
 */
function followAfter(now: DependencyState, sights: Sights): DependencyStep {
  const after = now.entries.filter((entry) => entry.kind === "after" && counts(now, entry));
  const isStopping = (entry: Dependency) => sightOf(entry, sights).isStopping;
  const isHeld = ({ name }: Dependency) => now.held.includes(name);
  const leaving = after.filter((entry) => isHeld(entry) && isStopping(entry));
  const [next, effects] = letGo(
    now,
    leaving.map(({ name }) => name),
  );
  const back = after.filter((entry) => !(isHeld(entry) || isStopping(entry)));
  const names = back.filter((entry) => sightOf(entry, sights).exists).map(({ name }) => name);
  if (names.length === 0) return [next, effects];
  const holds = names.map((name): DependencyEffect => ({ do: "hold", name }));
  return [{ ...next, held: [...next.held, ...names] }, [...effects, ...holds, { do: "look" }]];
}

function letGo(now: DependencyState, names: readonly string[]): DependencyStep {
  const held = now.held.filter((name) => !names.includes(name));
  return [{ ...now, held }, names.map((name): DependencyEffect => ({ do: "letGo", name }))];
}

function stopFor(now: DependencyState, stop: StopReason): DependencyStep {
  // A stop whose signal was sent: a further command sends it again.
  if (now.stop !== undefined && !now.isAwaiting) return [now, [{ do: "stop", reason: stop }]];
  const next: DependencyState = { ...now, stop, isAwaiting: true };
  if (now.isAwaiting) return [next, [{ do: "waitToStop", reason: stop }]];
  return [next, [{ do: "close" }, { do: "askHolders" }]];
}

function onHolders(now: DependencyState, areGone: boolean): DependencyStep {
  if (!now.isAwaiting || now.stop === undefined) return [now, []];
  return areGone ? sendStop(now) : [now, [{ do: "waitToStop", reason: now.stop }]];
}

function sendStop(now: DependencyState): DependencyStep {
  if (now.stop === undefined) return [now, []];
  return [{ ...now, isAwaiting: false }, [{ do: "stop", reason: now.stop }]];
}

/** A stop that waits is taken back, unless a service that it needs is still being stopped. */
function onStartCommand(now: DependencyState): DependencyStep {
  if (!now.isAwaiting) return [now, []];
  if (now.demandedBy === undefined) return takeBack(now);
  const stop: StopReason = { for: now.demandedBy };
  return [{ ...now, stop }, [{ do: "waitToStop", reason: stop }]];
}

function takeBack(now: DependencyState): DependencyStep {
  return [{ ...now, stop: undefined, isAwaiting: false }, [{ do: "open" }, { do: "look" }]];
}

function onEnded(now: DependencyState): DependencyStep {
  const [, effects] = letGo(now, now.held);
  const open: DependencyEffect[] = now.stop === undefined ? [] : [{ do: "open" }];
  return [NO_DEPENDENCIES, [...effects, ...open]];
}

function onCircle(now: DependencyState, voidAfter: readonly string[]): DependencyStep {
  const [next, effects] = letGo(
    { ...now, voidAfter },
    now.held.filter((name) => voidAfter.includes(name)),
  );
  return [next, [...effects, { do: "look" }]];
}
