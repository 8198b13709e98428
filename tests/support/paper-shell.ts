/**
 * Carries the effects of service-machine.ts out on paper: processes and scripts are numbers, they
 * end when the test says so, and a fork fails when it says so. Checks the invariants after every
 * step, and after every event that the published state is up to date.
 */
import assert from "node:assert/strict";
import { CONTROL_BYTES, type ControlByte } from "../../protocol/control.ts";
import { invariants } from "../../supervisor/invariants.ts";
import {
  RESTART_DELAY_MS,
  type RestartPolicy,
  RUNIT_POLICY,
} from "../../supervisor/restart-policy.ts";
import { ALWAYS, type RestartRule } from "../../supervisor/restart-rule.ts";
import {
  FORK_RETRY_MS,
  isFullyDown,
  SCRIPT_PATIENCE_MS,
  step,
} from "../../supervisor/service-machine.ts";
import {
  newService,
  type Role,
  type Service,
  type ServiceEffect,
  type ServiceEvent,
} from "../../supervisor/state.ts";
import fc from "./fast-check.ts";
import { at, control, killTimeoutSet, spawned } from "./service-events.ts";

export const NEVER: RestartRule = { exits: [], starts: "afterThese" };

export class PaperShell {
  service: Service;
  /** How many processes were started; the pid of the last. */
  spawned = 0;
  alive = new Set<number>();
  /** The control scripts that run. */
  scripts: ControlByte[] = [];
  forkFails = false;
  /** Whether the next ./run to exit leaves processes of its group. */
  leavesGroup = false;
  /** Such processes exist. */
  hasGroup = false;
  /** The limit files of the service directory. */
  restartPolicy: RestartPolicy = RUNIT_POLICY;
  timeoutMs: number | undefined;
  /** The end of the kill timer. */
  killAtMs: number | undefined;
  /** The first moment at which KILL may be sent without a command. */
  earliestKillMs: number | undefined;
  #clockMs = 0;
  #published: Service;
  #isExpired = false;
  /** The limit files as they were at the last exit. */
  #policyAtExit: RestartPolicy = RUNIT_POLICY;

  constructor(role: Role, want: "up" | "down") {
    this.service = newService(role, want, at(0));
    this.#published = this.service;
    this.feed({ on: "initialized" });
  }

  feed(event: ServiceEvent): void {
    const events: ServiceEvent[] = [event];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const [service, effects] = step(this.service, next);
      this.service = service;
      assert.deepEqual(invariants(service), [], `after ${next.on}: ${JSON.stringify(service)}`);
      for (const effect of effects) events.push(...this.#carryOut(effect));
    }
    this.#check();
  }

  /** @returns the events that answer the effect at once */
  #carryOut(effect: ServiceEffect): ServiceEvent[] {
    switch (effect.do) {
      case "publish":
      case "publishNow":
        this.#published = this.service;
        return [];
      case "signal":
        assert.ok(
          this.alive.has(effect.pid) || (this.hasGroup && effect.signal === "KILL"),
          "signals go to the process that runs; KILL also to the group that it has left",
        );
        if (effect.signal === "TERM") return this.#setKillTimeout(effect.pid);
        if (effect.signal === "KILL" && this.#isExpired) this.#checkKill();
        return [];
      case "script":
        assert.equal(this.service.role, "main");
        this.scripts.push(effect.byte);
        return [];
      case "spawnRun":
      case "spawnFinish":
        return this.#spawn(effect.do === "spawnFinish");
      case "startKillTimer":
        this.killAtMs = this.#clockMs + effect.delayMs;
        return [];
      case "startRestartTimer":
        assert.ok(effect.delayMs <= this.#longestDelayMs());
        return [];
      case "giveUp":
        assert.equal(effect.crashes, this.#policyAtExit.maxCrashes);
        return [];
      case "endGroup":
        this.hasGroup = true;
        return this.#setKillTimeout(this.service.pid);
      case "killScripts":
      case "endedForGood":
        return [];
    }
  }

  #spawn(isFinish: boolean): ServiceEvent[] {
    if (this.forkFails) return [{ on: "notSpawned" }];
    assert.equal(this.alive.size, 0, "at most one process at a time");
    assert.ok(!this.hasGroup, "nothing starts while processes of the group are left");
    this.spawned += 1;
    this.alive.add(this.spawned);
    this.earliestKillMs = undefined;
    const answer = spawned(this.spawned, this.#clockMs);
    return isFinish ? [answer, ...this.#setKillTimeout(this.spawned)] : [answer];
  }

  #longestDelayMs(): number {
    const { maxRestartDelayMs = RESTART_DELAY_MS } = this.#policyAtExit;
    return Math.max(FORK_RETRY_MS, SCRIPT_PATIENCE_MS, maxRestartDelayMs);
  }

  /** Does what service-controller.ts does after TERM, and after the start of ./finish. */
  #setKillTimeout(pid: number): ServiceEvent[] {
    if (this.timeoutMs === undefined) return [];
    const killMs = this.#clockMs + this.timeoutMs;
    this.earliestKillMs = Math.min(this.earliestKillMs ?? killMs, killMs);
    return [killTimeoutSet(pid, this.timeoutMs, this.#clockMs)];
  }

  #checkKill(): void {
    assert.notEqual(this.earliestKillMs, undefined, "KILL for a process that was asked to end");
    assert.ok(this.#clockMs >= (this.earliestKillMs ?? 0), "and not before its timeout");
    this.earliestKillMs = undefined; // a further stop sets a timeout of its own
  }

  /** Lets time pass; the kill timer runs when it is due. */
  pass(passedMs: number): void {
    this.#clockMs += passedMs;
    if (this.killAtMs === undefined || this.killAtMs > this.#clockMs) return;
    this.killAtMs = undefined;
    this.#isExpired = true;
    this.feed({ on: "killTimeoutExpired" });
    this.#isExpired = false;
  }

  #check(): void {
    const { pid, exited } = this.service;
    const runs = pid !== 0 && exited === undefined;
    assert.equal(runs, this.alive.size === 1, "the pid is the process's");
    assert.ok(this.scripts.length <= 2, "one script for the queue, and control/u");
    assert.deepEqual(visible(this.#published), visible(this.service), "the state is published");
  }

  /**
   * Ends the process, if there is one.
   *
   * @param commands given before the exit, and read after it
   */
  exit(hasFinish: boolean, afterMs: number, commands: readonly ControlByte[] = []): void {
    this.#clockMs += afterMs;
    if (this.alive.size === 0) return;
    this.alive.clear();
    this.#policyAtExit = this.restartPolicy;
    this.feed({
      on: "exited",
      end: { code: -1, status: 15 },
      problem: undefined,
      hasFinish: hasFinish && this.service.role === "main",
      hasLeftovers: this.leavesGroup && this.service.phase === "run",
      isCounted: false,
      restartPolicy: this.restartPolicy,
      commands,
      at: at(this.#clockMs),
    });
  }

  /** Ends what ./run has left in its group, if there is anything. */
  endGroup(): void {
    if (!this.hasGroup) return;
    this.hasGroup = false;
    this.feed({ on: "groupEnded" });
  }

  /** Ends the script that began first, if there is one. */
  endScript(vetoed: boolean): void {
    const byte = this.scripts.shift();
    if (byte !== undefined) this.feed({ on: "scriptExited", byte, vetoed });
  }

  /** Ends all processes and scripts until the service is fully down. */
  finishAll(): void {
    this.forkFails = false;
    for (let turn = 0; turn < 100; turn += 1) {
      while (this.scripts.length > 0) this.endScript(false);
      this.exit(false, 2_000);
      this.endGroup();
      this.feed({ on: "restartTimerFired" });
      if (isFullyDown(this.service)) return;
    }
    assert.fail(`never fully down: ${JSON.stringify(this.service)}`);
  }
}

/** The part of the state that the files under supervise/ show. */
function visible({ phase, pid, want, paused, termSent, since, failed, exits }: Service) {
  return { phase, pid, want, paused, termSent, since, failed, exits: exits.count };
}

/** Something that happens to a service. */
type Happening = (shell: PaperShell) => void;

const bytes = fc.constantFrom(...CONTROL_BYTES);
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: bytes.map(
      (byte): Happening =>
        (shell) =>
          shell.feed(control(byte)),
    ),
  },
  fc.tuple(fc.boolean(), fc.nat({ max: 1_500 }), fc.array(bytes, { maxLength: 2 })).map(
    (exit): Happening =>
      (shell) =>
        shell.exit(...exit),
  ),
  fc.boolean().map(
    (vetoed): Happening =>
      (shell) =>
        shell.endScript(vetoed),
  ),
  fc.constant<Happening>((shell) => shell.feed({ on: "restartTimerFired" })),
  fc.constantFrom("TERM", "ABRT").map(
    (signal): Happening =>
      (shell) =>
        shell.feed({ on: "unhealthy", pid: shell.service.pid, signal }),
  ),
  fc.boolean().map(
    (fails): Happening =>
      (shell) => {
        shell.forkFails = fails;
      },
  ),
  fc.boolean().map(
    (leaves): Happening =>
      (shell) => {
        shell.leavesGroup = leaves;
      },
  ),
  fc.constant<Happening>((shell) => shell.endGroup()),
  fc.nat({ max: 3_000 }).map(
    (passedMs): Happening =>
      (shell) =>
        shell.pass(passedMs),
  ),
);
/** Somebody writes or removes limit files. */
const edits: fc.Arbitrary<Happening> = fc
  .tuple(optional(3), optional(20_000), optional(2_000), fc.constantFrom(ALWAYS, NEVER))
  .map(
    ([maxCrashes, maxRestartDelayMs, timeoutMs, rule]): Happening =>
      (shell) => {
        shell.restartPolicy = { ...RUNIT_POLICY, rule, maxCrashes, maxRestartDelayMs };
        shell.timeoutMs = timeoutMs;
      },
  );

function optional(max: number): fc.Arbitrary<number | undefined> {
  return fc.option(fc.integer({ min: 1, max }), { nil: undefined });
}

export const histories = fc.array(happenings, { maxLength: 60 });
export const historiesWithLimits = fc.array(fc.oneof({ weight: 6, arbitrary: happenings }, edits), {
  maxLength: 60,
});
/** The parameters of a {@link PaperShell}. */
export const beginnings = fc.tuple(
  fc.constantFrom<Role>("main", "log"),
  fc.constantFrom("up", "down"),
);
