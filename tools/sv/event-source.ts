/**
 * How sv is told that it is time to look at a service again: by a change in a directory, by the end of a
 * supervisor or of a check script, or by a timer. It makes nothing of this until it is asked for the first
 * time, so an order that is done at once costs no more than its own files.
 */
import * as posix from "posix";
import { isPosixError, reason, unless } from "../../base/errors.ts";
import { Reactor, type Timer } from "../../base/reactor.ts";
import { print, STDERR } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";

/** How often that is looked at which cannot be watched. */
const POLL_MS = 50;

const EXIT_FATAL = 100;

interface Watcher {
  /** The entry that it is about; `undefined`: any. */
  readonly entry: string | undefined;
  readonly run: () => void;
}

export class EventSource {
  readonly #watchers = new Map<number, Watcher[]>();
  readonly #polls = new Set<() => void>();
  #reactor: Reactor | undefined;
  #watch: number | undefined;

  /** Calls back until {@link stop}. */
  run(): void {
    this.#get().run();
  }

  stop(): void {
    this.#reactor?.stop(0);
  }

  /** The signals that sv takes: taken before a child is forked, so that its end is heard of. */
  get signals(): Signals {
    return this.#get().signals;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#get().after(delayMs, run);
  }

  /** Calls `run` once, with how the child ended. */
  onExit(pid: number, run: (exit: posix.ChildExit) => void): void {
    this.#get().onExit(pid, run);
  }

  /** Calls `run` when nobody reads the FIFO any longer that `fd` writes to. */
  onHangUp(fd: number, run: () => void): void {
    this.#get().onHangUp(fd, run);
  }

  /** Ends {@link onHangUp}, and closes the descriptor. */
  close(fd: number): void {
    this.#reactor?.forget(fd);
    posix.close(fd);
  }

  /**
   * Calls `run` when `entry` of the directory `path`, or any of its entries, was made, replaced or removed.
   *
   * @returns `false` where it cannot be watched
   */
  watch(path: string, entry: string | undefined, run: () => void): boolean {
    const watch = this.#openWatch();
    if (watch === undefined) return false;
    const id = unless([], () => posix.watchAdd(watch, path, "entries"));
    if (id === undefined) return false;
    const watchers = this.#watchers.get(id) ?? [];
    watchers.push({ entry, run });
    this.#watchers.set(id, watchers);
    return true;
  }

  /** Calls `run` again and again. */
  poll(run: () => void): void {
    if (this.#polls.size === 0) this.after(POLL_MS, () => this.#runPolls());
    this.#polls.add(run);
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
    const watch = unless([], () => posix.watchOpen());
    if (watch === undefined) return undefined;
    this.#watch = watch;
    this.#get().onReadable(watch, () => this.#takeEvents(watch));
    return watch;
  }

  /** Each callback once, however many events there were. */
  #takeEvents(watch: number): void {
    const due = new Set<() => void>();
    for (const { id, name, ended, overflow } of posix.watchRead(watch)) {
      const lists = overflow ? [...this.#watchers.values()] : [this.#watchers.get(id) ?? []];
      for (const { entry, run } of lists.flat()) {
        const isAbout = entry === undefined || name === undefined || name === entry;
        if (isAbout || ended || overflow) due.add(run);
        if (ended) this.poll(run); // what comes in its place is not watched
      }
      if (ended) this.#watchers.delete(id);
    }
    for (const run of due) run();
  }

  #runPolls(): void {
    for (const run of [...this.#polls]) run();
    if (this.#polls.size > 0) this.after(POLL_MS, () => this.#runPolls());
  }
}

/** Without them there is no waiting: the services are told, and what becomes of them is not known. */
function takeSignals(): Signals {
  try {
    return new Signals([], []);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    print(STDERR, `sv: fatal: unable to take signals: ${reason(error)}\n`);
    return posix.exit(EXIT_FATAL);
  }
}
