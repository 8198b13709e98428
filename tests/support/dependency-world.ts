/**
 * Supervisors of services that depend on each other, on paper: the machine is
 * supervisor/dependency-machine.ts, and everything else, such as processes, FIFOs and links, is a
 * value here. Every step is about as much as one system call of one supervisor, so that steps of
 * several supervisors alternate in every way. Checks the order of starts and stops at each.
 *
 * A supervisor looks again only if something that it watches has changed, so a wake-up that is
 * missing shows as a service that waits for ever.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Dependency } from "../../protocol/dependency.ts";
import type { StopReason } from "../../protocol/stopping.ts";
import { circlesOf, type Graph } from "../../supervisor/circles.ts";
import {
  type DependencyEffect,
  type DependencyEvent,
  type DependencyState,
  isPermittedBy,
  NO_DEPENDENCIES,
  stepDependencies,
} from "../../supervisor/dependency-machine.ts";
import type { Sight } from "../../supervisor/sight.ts";

type Want = "up" | "down" | "exit";

/** One service: its supervisor, its process, and what both have on disk. */
class Service {
  readonly name: string;
  readonly entries: readonly Dependency[];
  /** `taking`: a new supervisor takes its holds, and is not there yet for others. */
  supervisor: "late" | "taking" | "alive" | "killed" | "exited" = "alive";
  want: Want = "up";
  process: "none" | "runs" | "ready" = "none";
  termSent = false;
  isClosed = false;
  stopping: StopReason | undefined;
  /** The names of the services whose supervisors have its hold open. */
  readonly holds = new Set<string>();
  readonly links = new Set<string>();
  state: DependencyState = NO_DEPENDENCIES;
  effects: DependencyEffect[] = [];
  /** `permitted`: about to be executed. */
  start: "no" | "asked" | "permitted" = "no";
  isWoken = false;
  /** The names of the services at whose event FIFOs its supervisor waits. */
  readonly watched = new Set<string>();
  voidHolders: ReadonlySet<string> = new Set();
  /** It has waited for so long that its supervisor has looked for circles. */
  hasFollowed = false;
  /** A stop that came by a command that ends waits. */
  isForced = false;
  /** It has had a process. */
  hasStarted = false;

  constructor(name: string, entries: readonly Dependency[]) {
    this.name = name;
    this.entries = entries;
  }
}

interface Step {
  readonly label: string;
  readonly run: () => void;
}

export class DependencyWorld {
  readonly services: ReadonlyMap<string, Service>;
  readonly #graph: Graph;
  readonly trace: string[] = [];
  /** All services were up, and were commanded to exit with dependants first. */
  isOrdered = false;

  /** @param edges such as `b>a`, b needs a, and `b.a`, b is after a */
  constructor(names: readonly string[], edges: readonly string[], late: readonly string[] = []) {
    const entries = (name: string) =>
      edges
        .filter((edge) => edge[0] === name)
        .map(
          ([, kind, to = ""]): Dependency => ({
            kind: kind === ">" ? "needs" : "after",
            name: to,
            dir: undefined,
            restarts: false,
          }),
        );
    this.services = new Map(names.map((name) => [name, new Service(name, entries(name))]));
    this.#graph = new Map(
      names.map((name) => [name, entries(name).map((entry) => ({ ...entry, to: entry.name }))]),
    );
    for (const name of late) this.#service(name).supervisor = "late";
  }

  /** What may happen next without anything from outside. */
  get steps(): Step[] {
    return [...this.services.values()].flatMap((service) => this.#stepsOf(service));
  }

  /** Takes steps, as `choose` selects them, until nothing can happen any more. */
  settle(choose: (count: number) => number): void {
    for (let turn = 0; turn < 5_000; turn += 1) {
      const steps = this.steps;
      if (steps.length === 0) return;
      this.take(steps[choose(steps.length) % steps.length]);
    }
    assert.fail(`never settles: ${this.tell()}`);
  }

  take(step: Step | undefined): void {
    if (step === undefined) return;
    this.trace.push(step.label);
    step.run();
  }

  command(name: string, byte: "u" | "d" | "x" | "k"): void {
    const service = this.#service(name);
    if (service.supervisor !== "alive") return;
    this.#finish(service);
    this.trace.push(`${name} gets ${byte}`);
    if (byte === "k") {
      if (service.process === "none") return;
      service.isForced = true;
      if (service.state.isAwaiting) this.#feed(service, { on: "waitEnded" });
      else this.#end(service);
      return;
    }
    if (byte === "u") service.want = "up";
    else service.want = byte === "d" && service.want !== "exit" ? "down" : "exit";
    if (service.process !== "none") {
      if (byte === "u") this.#feed(service, { on: "startCommand" });
      else this.#feed(service, { on: "stopCommand", by: byte });
    } else if (byte !== "u" && service.start !== "no") {
      service.start = "no";
      this.#feed(service, { on: "ended" });
    }
    this.#announce(service);
  }

  killSupervisor(name: string): void {
    const service = this.#service(name);
    if (!["alive", "taking"].includes(service.supervisor)) return;
    this.trace.push(`${name}: supervisor SIGKILLed`);
    service.supervisor = "killed";
    service.state = NO_DEPENDENCIES;
    service.effects = [];
    service.start = "no";
    service.isClosed = false;
    service.hasFollowed = false;
    service.voidHolders = new Set();
    service.watched.clear();
    for (const other of this.services.values()) {
      if (other.holds.delete(name)) this.#wake(other);
    }
    this.#announce(service);
  }

  crash(name: string): void {
    const service = this.#service(name);
    if (service.process === "none") return;
    this.trace.push(`${name}: process dies`);
    this.#end(service);
  }

  /** Starts the supervisors that are not there. */
  revive(): void {
    for (const service of this.services.values()) {
      if (service.supervisor !== "exited") continue;
      service.supervisor = "late";
      service.want = "up";
    }
  }

  tell(): string {
    const states = [...this.services.values()].map(
      ({ name, supervisor, want, process, start, state }) =>
        `${name}: ${supervisor}, ${want}, ${process}, start ${start}, ${state.stage}, ${JSON.stringify(state.stop)}`,
    );
    return [...this.trace, ...states].join("\n");
  }

  #service(name: string): Service {
    const service = this.services.get(name);
    assert.ok(service !== undefined, name);
    return service;
  }

  #stepsOf(service: Service): Step[] {
    const { name, supervisor, process, state, start, effects } = service;
    const steps: Step[] = [];
    const may = (is: boolean, what: string, run: () => void) => {
      if (is) steps.push({ label: `${name}: ${what}`, run });
    };
    may(supervisor === "late" || supervisor === "killed", "supervisor starts", () =>
      this.#startSupervisor(service),
    );
    may(process === "runs", "ready", () => {
      service.process = "ready";
      this.#announce(service);
    });
    may(process !== "none" && service.termSent, "process ends", () => this.#end(service));
    if (supervisor !== "alive" && supervisor !== "taking") return steps;
    const [effect, ...rest] = effects;
    if (effect !== undefined) {
      may(true, `${effect.do}${"name" in effect ? ` ${effect.name}` : ""}`, () => {
        service.effects = rest;
        this.#carryOut(service, effect);
      });
      return steps; // one thread
    }
    if (supervisor === "taking") {
      may(true, "supervisor is there", () => this.#isThere(service));
      return steps;
    }
    if (process === "none" && start === "no") {
      may(service.want === "up", "asks to start", () => {
        service.start = "asked";
        this.#feed(service, { on: "start", entries: service.entries });
      });
      may(service.want === "exit", "exits", () => {
        service.supervisor = "exited";
        this.#announce(service);
      });
    }
    may(start === "permitted", "executes run", () => this.#execute(service));
    may(service.isWoken, "looks", () => {
      service.isWoken = false;
      if (state.isAwaiting) this.#askHolders(service);
      if (state.stage !== "idle") this.#look(service);
    });
    const waits = state.stage === "waiting" || state.isAwaiting;
    may(waits && !service.hasFollowed, "looks for circles", () => this.#follow(service));
    return steps;
  }

  #startSupervisor(service: Service): void {
    if (service.process === "none") {
      service.supervisor = "alive";
      service.stopping = undefined;
      service.termSent = false;
      this.#announce(service);
      return;
    }
    service.supervisor = "taking";
    const by: StopReason = { by: service.want === "exit" ? "x" : "d" };
    const reason = service.want === "up" ? service.stopping : by;
    const stop = service.termSent ? reason : undefined;
    this.#feed(service, { on: "tookOver", entries: service.entries, stop });
    service.effects = service.effects.filter((effect) => effect.do !== "look");
  }

  #isThere(service: Service): void {
    service.supervisor = "alive";
    const { stopping, want, termSent } = service;
    if (service.process === "none") this.#end(service);
    else if (!termSent && want === "exit") this.#feed(service, { on: "stopCommand", by: "x" });
    else if (!termSent && stopping !== undefined && "by" in stopping && want !== "up") {
      this.#feed(service, { on: "stopCommand", by: stopping.by });
    } else if (!termSent) service.stopping = undefined;
    service.isWoken = true;
    this.#announce(service);
  }

  /** Carries out what its supervisor has decided: only then it takes something new. */
  #finish(service: Service): void {
    for (let next = service.effects.shift(); next !== undefined; next = service.effects.shift()) {
      this.trace.push(`${service.name}: ${next.do}`);
      this.#carryOut(service, next);
    }
  }

  #feed(service: Service, event: DependencyEvent): void {
    if (event.on === "start" || event.on === "ended") service.watched.clear();
    const [next, effects] = stepDependencies(service.state, event);
    service.state = next;
    service.effects.push(...effects);
  }

  #carryOut(service: Service, effect: DependencyEffect): void {
    const { name } = service;
    switch (effect.do) {
      case "hold":
        this.#service(effect.name).links.add(name);
        this.#service(effect.name).holds.add(name);
        return;
      case "letGo":
        this.#service(effect.name).links.delete(name);
        this.#service(effect.name).holds.delete(name);
        this.#wake(this.#service(effect.name));
        return;
      case "look":
        this.#look(service);
        return;
      case "permitStart":
        service.start = "permitted";
        return;
      case "waitToStart":
        service.hasFollowed = false;
        return;
      case "close":
        service.isClosed = true;
        return;
      case "open":
        service.isClosed = false;
        service.stopping = undefined;
        this.#announce(service);
        return;
      case "askHolders":
        service.hasFollowed = false;
        this.#askHolders(service);
        return;
      case "waitToStop":
        if (isDeepStrictEqual(service.stopping, effect.reason)) return;
        service.stopping = effect.reason;
        this.#announce(service);
        return;
      case "stop":
        this.#stop(service, effect.reason);
        return;
      case "restart":
        return;
      default:
        effect satisfies never;
    }
  }

  #stop(service: Service, reason: StopReason): void {
    if (service.process === "none") return;
    if (!service.isForced) this.#checkStop(service);
    service.termSent = true;
    service.stopping = "for" in reason ? reason : undefined;
    this.#announce(service);
  }

  /** A service that needs this one has ended; if all stop, one that comes after it too. */
  #checkStop(service: Service): void {
    for (const other of this.services.values()) {
      if (other.process === "none" || service.voidHolders.has(other.name)) continue;
      const entry = other.entries.find(({ name }) => name === service.name);
      const waits = entry?.kind === "needs" || (entry !== undefined && this.isOrdered);
      assert.ok(!waits, `${service.name} gets TERM, ${other.name} has a process`);
    }
  }

  #execute(service: Service): void {
    service.start = "no";
    for (const entry of service.entries) {
      const other = this.#service(entry.name);
      if (entry.kind === "after") continue;
      const hasDied = other.process === "none" && other.hasStarted;
      const isStopped = other.termSent && !other.isForced;
      assert.ok(!isStopped, `${service.name} starts, ${other.name} has got TERM`);
      assert.ok(
        other.process === "ready" || hasDied || other.isForced || other.process === "runs",
        `${service.name} starts, ${other.name} has never been ready`,
      );
    }
    service.process = "runs";
    service.termSent = false;
    service.isForced = false;
    service.stopping = undefined;
    service.hasStarted = true;
    service.isWoken = true;
    this.#announce(service);
  }

  #end(service: Service): void {
    service.process = "none";
    service.termSent = false;
    service.isForced = false;
    if (service.supervisor === "alive") {
      this.#finish(service);
      service.start = "no";
      this.#feed(service, { on: "ended" });
    }
    for (const { name } of service.entries) this.#wake(this.#service(name)); // its link is void
    this.#announce(service);
  }

  #askHolders(service: Service): void {
    const isHolder = (name: string) =>
      !service.voidHolders.has(name) &&
      (service.holds.has(name) ||
        (service.links.has(name) && this.#service(name).process !== "none"));
    const areGone = ![...this.services.keys()].some(isHolder);
    this.#feed(service, { on: "holders", areGone });
  }

  #look(service: Service): void {
    const { state, watched } = service;
    const isHeld = state.stage === "asking" || state.stage === "running";
    const sights = new Map<string, Sight>();
    for (const entry of service.entries) {
      watched.add(entry.name);
      const seen = this.#sight(service, entry.name);
      sights.set(entry.name, seen);
      if (!isHeld && !isPermittedBy(state, entry, seen, 0)) break;
    }
    this.#feed(service, {
      on: "looked",
      sights,
      waitedMs: 0,
      hasProcess: service.process !== "none",
      since: undefined,
    });
  }

  #sight(from: Service, name: string): Sight {
    const { supervisor, want, process, termSent, isClosed, stopping, holds } = this.#service(name);
    const isSupervised = supervisor === "alive";
    const isShown = stopping !== undefined || (termSent && want !== "up");
    return {
      exists: true,
      isSupervised,
      isWanted: want === "up",
      isReady: process === "ready",
      isStopping: isSupervised && (isShown || (holds.has(from.name) && isClosed)),
    };
  }

  /** The timer of a wait. */
  #follow(service: Service): void {
    service.hasFollowed = true;
    const { voidAfter, voidHolders } = circlesOf(service.name, this.#graph);
    service.voidHolders = voidHolders;
    if (voidAfter.size > 0) this.#feed(service, { on: "circle", voidAfter: [...voidAfter] });
    if (voidHolders.size > 0) service.isWoken = true;
  }

  /** Wakes whoever watches the service. */
  #announce(service: Service): void {
    for (const other of this.services.values()) {
      if (other.watched.has(service.name)) this.#wake(other);
    }
  }

  #wake(service: Service): void {
    service.isWoken = true;
  }
}
