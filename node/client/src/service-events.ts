/**
 * What the code of sv needs to wait for the events of one service, by the event loop of Node. All
 * watches of a process share one inotify instance, which libuv has.
 */
import { type FSWatcher, watch } from "node:fs";
import { Socket } from "node:net";
import { basename } from "node:path";
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../../base/errors.ts";
import type { Timer } from "../../../base/reactor.ts";
import type { ServiceEvents } from "../../../tools/sv/event-source.ts";
import { lend } from "./posix.ts";

/** How often to look at a directory that cannot be watched. */
const POLL_MS = 250;
/**
 * Nothing announces the end of runit's supervisor. It usually follows another event, so the looks
 * after one are frequent, and then less and less.
 */
const HANG_UP_MS = { first: 1, last: 5_000 } as const;

interface DirectoryWatch {
  /** {@link posix.Stat.id} of the directory. */
  readonly id: string;
  readonly watcher: FSWatcher;
  readonly callbacks: Map<() => void, Set<string | undefined>>;
}

export class NodeServiceEvents implements ServiceEvents {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #sockets = new Map<number, Socket>();
  readonly #watches = new Map<string, DirectoryWatch>();
  readonly #polls = new Map<() => void, Timer>();
  readonly #hangUps = new Map<number, () => void>();
  #hangUpTimer: Timer | undefined;
  readonly #due = new Set<() => void>();
  #hasEnded = false;

  /** Ends all watches and timers; descriptors that are still open are the caller's. */
  end(): void {
    this.#hasEnded = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { watcher } of this.#watches.values()) watcher.close();
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#timers.clear();
    this.#watches.clear();
    this.#polls.clear();
    this.#hangUps.clear();
    this.#due.clear();
  }

  after(delayMs: number, run: () => void): Timer {
    if (this.#hasEnded) return { cancel: () => {} };
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        run();
      },
      Math.max(0, delayMs),
    );
    this.#timers.add(timer);
    return {
      cancel: () => {
        clearTimeout(timer);
        this.#timers.delete(timer);
      },
    };
  }

  /** From now on closing the descriptor ends this, too. */
  onReadable(fd: number, run: () => void): void {
    const socket = new Socket({ fd, readable: true, writable: false });
    this.#sockets.set(fd, socket);
    lend(fd, () => socket.destroy());
    const ready = (): void => {
      if (this.#sockets.get(fd) === socket) run();
    };
    socket.on("data", ready).on("end", ready).on("error", ready);
  }

  forget(fd: number): void {
    this.#sockets.delete(fd);
    this.#hangUps.delete(fd);
  }

  onHangUp(fd: number, run: () => void): void {
    this.#hangUps.set(fd, run);
    this.#awaitHangUps(HANG_UP_MS.first);
  }

  close(fd: number): void {
    this.forget(fd);
    posix.close(fd);
  }

  watch(path: string, entry: string | undefined, run: () => void): boolean {
    const id = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
    let one = this.#watches.get(path);
    if (one !== undefined && one.id !== id) {
      one.watcher.close();
      this.#watches.delete(path);
      one = undefined;
    }
    if (id === undefined) return false;
    one ??= this.#open(path, id);
    if (one === undefined) return false;
    one.callbacks.set(run, (one.callbacks.get(run) ?? new Set()).add(entry));
    return true;
  }

  poll(run: () => void): void {
    if (this.#polls.has(run) || this.#hasEnded) return;
    const again = (): void => {
      this.#polls.set(run, this.after(POLL_MS, again));
      run();
    };
    this.#polls.set(run, this.after(POLL_MS, again));
  }

  endPoll(run: () => void): void {
    this.#polls.get(run)?.cancel();
    this.#polls.delete(run);
  }

  #open(path: string, id: string): DirectoryWatch | undefined {
    try {
      const place = Buffer.from(path, "latin1");
      const watcher = watch(place, { encoding: "buffer" });
      const one: DirectoryWatch = { id, watcher, callbacks: new Map() };
      const self = basename(path);
      watcher.on("change", (_, name) => {
        this.#onChange(one, name === null ? self : name.toString("latin1"), self);
      });
      watcher.on("error", () => {
        // The kernel gives no more watches: the caller is called again, and may ask for another.
        watcher.close();
        this.#watches.delete(path);
        for (const run of one.callbacks.keys()) this.poll(run);
      });
      this.#watches.set(path, one);
      return one;
    } catch {
      return undefined;
    }
  }

  #onChange({ callbacks }: DirectoryWatch, name: string, self: string): void {
    for (const [run, entries] of callbacks) {
      // The directory's own name stands for the end of the directory.
      if (entries.has(undefined) || entries.has(name) || name === self) this.#schedule(run);
    }
    if (this.#hangUps.size > 0) this.#awaitHangUps(HANG_UP_MS.first);
  }

  /** Once for all events that the kernel has now: one publication is several. */
  #schedule(run: () => void): void {
    if (this.#due.size === 0) {
      setImmediate(() => {
        const due = [...this.#due];
        this.#due.clear();
        for (const one of due) if (!this.#hasEnded) one();
      });
    }
    this.#due.add(run);
  }

  #awaitHangUps(delayMs: number): void {
    this.#hangUpTimer?.cancel();
    if (this.#hasEnded || this.#hangUps.size === 0) return;
    this.#hangUpTimer = this.after(delayMs, () => {
      for (const [fd, run] of [...this.#hangUps]) {
        if (hasReader(fd) || this.#hangUps.get(fd) !== run) continue;
        this.#hangUps.delete(fd);
        run();
      }
      this.#awaitHangUps(Math.min(delayMs * 2, HANG_UP_MS.last));
    });
  }
}

/** Whether the FIFO that is open as `fd` for writing has a reader. */
function hasReader(fd: number): boolean {
  try {
    const path = `/proc/self/fd/${fd}`;
    posix.close(posix.open(posix.AT_FDCWD, path, posix.O_WRONLY | posix.O_NONBLOCK, 0));
    return true;
  } catch (error) {
    return !isPosixError(error, "ENXIO");
  }
}
