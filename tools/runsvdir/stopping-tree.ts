/**
 * The supervisors that have to exit before runsvdir does. One that is killed meanwhile, and one
 * that was waiting for its restart, gets a replacement, which takes over the processes and stops
 * them.
 */
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { monotonicMs, type Reactor } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import { dependenciesOf } from "./dependencies-of.ts";
import { dependantsFirst } from "./dependency-order.ts";
import type { ExitListener, RunningTree } from "./running-tree.ts";
import type { SupervisorExit } from "./scan.ts";
import type { Awaited } from "./stop-machine.ts";
import type { SupervisorHost } from "./supervisor-host.ts";

/** The time before a replacement that did not last, or could not start, is replaced. */
const RETRY_MS = 1_000;
/** Longer than any text in supervise/stat. */
const STAT_MAX_BYTES = 64;

interface StoppingTreeOptions {
  readonly tree: RunningTree;
  readonly host: SupervisorHost;
  readonly reactor: Reactor;
  readonly report: Report;
  /** Called whenever the last supervisor has exited. */
  readonly onEmpty: () => void;
}

export class StoppingTree implements ExitListener {
  readonly #tree: RunningTree;
  readonly #host: SupervisorHost;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #onEmpty: () => void;
  /** The names of services whose supervisor is to be replaced. */
  readonly #unsupervised = new Set<string>();
  /** The names of services whose supervisor was replaced; a further replacement has to wait. */
  readonly #replaced = new Set<string>();
  #stoppedAtMs: number | undefined;

  constructor({ tree, host, reactor, report, onEmpty }: StoppingTreeOptions) {
    this.#tree = tree;
    this.#host = host;
    this.#reactor = reactor;
    this.#report = report;
    this.#onEmpty = onEmpty;
  }

  /** Commands every supervisor to exit, and again at a further call. */
  stop(): void {
    const isFirst = this.#stoppedAtMs === undefined;
    this.#stoppedAtMs ??= monotonicMs();
    this.#host.stopForGood(this.#inOrder());
    this.#tree.foreign.stopForGood();
    if (isFirst) for (const name of this.#tree.others) this.#stopOrReplace(name);
  }

  /** The numbers of the supervisors, dependants first. */
  #inOrder(): readonly number[] {
    const { home } = this.#tree;
    const numbers = new Map([...this.#tree.supervised].map(([number, name]) => [name, number]));
    const dependencies = new Map(
      [...numbers.keys()].map((name) => [
        name,
        home === undefined ? [] : dependenciesOf(name, home),
      ]),
    );
    if (![...dependencies.values()].some(({ length }) => length > 0)) return [];
    return dependantsFirst(numbers.keys(), dependencies).map((name) => numbers.get(name) ?? 0);
  }

  get isEmpty(): boolean {
    const { supervised, foreign } = this.#tree;
    return supervised.size + foreign.names.size + this.#unsupervised.size === 0;
  }

  /** The services whose supervisor has not exited; `web/log` if only the log service is left. */
  get awaited(): Awaited[] {
    const sinceMs = this.#stoppedAtMs ?? monotonicMs();
    const { supervised, foreign } = this.#tree;
    const names = [...supervised.values(), ...foreign.names.values(), ...this.#unsupervised];
    return names
      .sort()
      .map((name) => ({ name: this.#isDown(name) ? `${name}/log` : name, sinceMs }));
  }

  onExit(supervisor: number, exit: SupervisorExit): void {
    const name = this.#tree.supervised.get(supervisor);
    if (name === undefined) return;
    this.#tree.supervised.delete(supervisor);
    const isDone = "code" in exit && exit.code === 0;
    if (!isDone && this.#replaced.has(name)) this.#replaceLater(name);
    else if (!isDone) this.#replace(name);
    this.#checkEmpty();
  }

  onForeignExit(name: string): void {
    this.#replace(name);
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#stoppedAtMs !== undefined && this.isEmpty) this.#onEmpty();
  }

  /** Starts a supervisor if there may be processes to take over. */
  #replace(name: string): void {
    this.#unsupervised.delete(name);
    const { home, supervised } = this.#tree;
    if (home === undefined || !this.#hasRecord(name)) {
      this.#checkEmpty();
      return;
    }
    this.#replaced.add(name);
    try {
      supervised.set(this.#host.replace(name, home), name);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#report.warn(`unable to fork for ${name}`, error);
      this.#replaceLater(name);
    }
  }

  #replaceLater(name: string): void {
    this.#unsupervised.add(name);
    this.#reactor.after(RETRY_MS, () => this.#stopOrReplace(name));
  }

  /** For lack of descriptors, a supervisor may not be watched. Then this waits until it is gone. */
  #stopOrReplace(name: string): void {
    const { foreign, shared } = this.#tree;
    if (foreign.stopUnwatched(name, shared)) this.#replaceLater(name);
    else this.#replace(name);
  }

  /** Whether a supervisor left a file that a supervisor removes on exit. */
  #hasRecord(name: string): boolean {
    return ["supervise", "log/supervise"].some((dir) => this.#has(`${name}/${dir}/adopt`));
  }

  #has(path: string): boolean {
    const home = this.#tree.home;
    return home !== undefined && ignoringErrors(() => home.stat(path)) !== undefined;
  }

  #isDown(name: string): boolean {
    const { home } = this.#tree;
    const stat = ignoringErrors(() => home?.readOwn(`${name}/supervise/stat`, STAT_MAX_BYTES));
    return stat?.startsWith("down") === true && this.#has(`${name}/log/supervise`);
  }
}
