/**
 * The events after which sv looks at a service again: a change in a directory, the end of a
 * supervisor or of a check script, a timer. The reactor and the watch are made at their first use,
 * so an order that is done at once does not pay for them.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError, reason } from "../../base/errors.ts";
import { type ExitCallback, Reactor, type Timer } from "../../base/reactor.ts";
import { print, STDERR } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";

/** How often sv looks at a directory that cannot be watched. */
const POLL_MS = 50;

const EXIT_FATAL = 100;

/** What the wait for the events of a service needs; on Node, something else has it. */
export type ServiceEvents = Pick<
  EventSource,
  "after" | "close" | "endPoll" | "forget" | "onHangUp" | "onReadable" | "poll" | "watch"
>;

interface EntryWatch {
  /** The entry that is watched; `undefined`: each. */
  readonly entry: string | undefined;
  readonly run: () => void;
}

export class EventSource {
  readonly #watchers = new Map<number, EntryWatch[]>();
  readonly #polls = new Set<() => void>();
  #nextPoll: Timer | undefined;
  #reactor: Reactor | undefined;
  #watch: number | undefined;

  /** Calls back until {@link stop}. */
  run(): void {
    this.#get().run();
  }

  stop(): void {
    this.#reactor?.stop(0);
  }

  /**
   * The signals that sv takes. They have to be taken before a fork, or the exit of the child could
   * be missed.
   */
  get signals(): Signals {
    return this.#get().signals;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#get().after(delayMs, run);
  }

  /** Calls `run` once, with the exit of the child. */
  onExit(pid: number, run: ExitCallback): void {
    this.#get().onExit(pid, run);
  }

  /** Calls `run` whenever `fd` is readable, or has been hung up. */
  onReadable(fd: number, run: () => void): void {
    this.#get().onReadable(fd, run);
  }

  /** Ends {@link onReadable}; call it before closing the descriptor. */
  forget(fd: number): void {
    this.#reactor?.forget(fd);
  }

  /** Calls `run` when the FIFO behind `fd` has no reader any more. */
  onHangUp(fd: number, run: () => void): void {
    this.#get().onHangUp(fd, run);
  }

  /** Ends {@link onHangUp}, and closes the descriptor. */
  close(fd: number): void {
    this.forget(fd);
    posix.close(fd);
  }

  /**
   * Calls `run` when `entry` of the directory `path`, or any of its entries, was made, replaced or
   * removed. The same watch once more changes nothing, unless there is another directory now.
   *
   * @returns `false` if the directory cannot be watched
   */
  watch(path: string, entry: string | undefined, run: () => void): boolean {
    const watch = this.#openWatch();
    if (watch === undefined) return false;
    const id = ignoringErrors(() => posix.watchAdd(watch, path, "entries"));
    if (id === undefined) return false;
    const watchers = this.#watchers.get(id) ?? [];
    const isKnown = watchers.some((watcher) => watcher.run === run && watcher.entry === entry);
    if (!isKnown) this.#watchers.set(id, [...watchers, { entry, run }]);
    return true;
  }

  /** Calls `run` every POLL_MS. */
  poll(run: () => void): void {
    this.#polls.add(run);
    this.#nextPoll ??= this.after(POLL_MS, () => this.#runPolls());
  }

  /** Ends {@link poll}, if there is one. */
  endPoll(run: () => void): void {
    this.#polls.delete(run);
  }

  #get(): Reactor {
    this.#reactor ??= new Reactor(takeSignals());
    return this.#reactor;
  }

  #openWatch(): number | undefined {
    if (this.#watch !== undefined) return this.#watch;
    const watch = ignoringErrors(() => posix.watchOpen());
    if (watch === undefined) return undefined;
    this.#watch = watch;
    this.#get().onReadable(watch, () => this.#takeEvents(watch));
    return watch;
  }

  /** Calls each callback once, however many events there were. */
  #takeEvents(watch: number): void {
    const due = new Set<() => void>();
    for (const { id, name, ended, overflow } of posix.watchRead(watch)) {
      const lists = overflow ? [...this.#watchers.values()] : [this.#watchers.get(id) ?? []];
      for (const { entry, run } of lists.flat()) {
        const isAbout = entry === undefined || name === undefined || name === entry;
        if (isAbout || ended || overflow) due.add(run);
        if (ended) this.poll(run); // its replacement is not watched
      }
      if (ended) this.#watchers.delete(id);
    }
    for (const run of due) run();
  }

  #runPolls(): void {
    for (const run of [...this.#polls]) run();
    this.#nextPoll = undefined;
    if (this.#polls.size > 0) this.#nextPoll = this.after(POLL_MS, () => this.#runPolls());
  }
}

/** Without signals sv cannot wait. The orders have been sent, but their outcome stays unknown. */
function takeSignals(): Signals {
  try {
    return new Signals([], []);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    print(STDERR, `sv: fatal: unable to take signals: ${reason(error)}\n`);
    return posix.exit(EXIT_FATAL);
  }
}
