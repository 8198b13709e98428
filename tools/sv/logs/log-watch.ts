/**
 * Waits until logs grow, or until the links on the way to them change: by inotify, or by looking
 * again and again if a directory cannot be watched, or may have been removed.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { Reactor } from "../../../base/reactor.ts";
import { STDOUT } from "../../../base/report.ts";
import { Signals } from "../../../base/signals.ts";
import { DeferredThrow } from "../words/deferred-throw.ts";
import { CURRENT } from "./log-names.ts";
import { linksOn } from "./path-links.ts";

const POLL_MS = 250;

export class LogWatch<Log extends { readonly directory: string }> {
  readonly #reactor = new Reactor(new Signals([], []));
  readonly #logs: readonly Log[];
  readonly #onGrown: (logs: readonly Log[]) => void;
  /** By the number of the watch on the directory. */
  readonly #byId = new Map<number, Set<Log>>();
  readonly #idOf = new Map<Log, number>();
  /** By the numbers of the watches on links. */
  readonly #byLink = new Map<number, Set<Log>>();
  readonly #polled = new Set<Log>();
  readonly #watch: number | undefined = ignoringErrors(() => posix.watchOpen());
  readonly #thrown = new DeferredThrow(() => this.#reactor.stop(0));

  /**
   * Begins to watch.
   *
   * @param onGrown called with the logs that may have grown, in the order of `logs`
   */
  constructor(logs: readonly Log[], onGrown: (logs: readonly Log[]) => void) {
    this.#logs = logs;
    this.#onGrown = onGrown;
    const watch = this.#watch;
    if (watch !== undefined) this.#reactor.onReadable(watch, () => this.#takeEvents(watch));
    for (const log of logs) if (!this.#add(log)) this.#poll(log);
    // It would notice only at the next line that its reader has gone.
    this.#reactor.onHangUp(STDOUT, () => this.#reactor.stop(0));
  }

  /** Calls back until the reader of standard output has gone. */
  run(): void {
    this.#reactor.run();
    this.#thrown.rethrow();
  }

  /** Watches the directory that has the log's name now. */
  #add(log: Log): boolean {
    const watch = this.#watch;
    if (watch === undefined) return false;
    for (;;) {
      const id = ignoringErrors(() => posix.watchAdd(watch, log.directory, "content"));
      const former = this.#idOf.get(log);
      if (former !== id && former !== undefined) this.#remove(log, watch, former);
      if (id === undefined) return false;
      this.#idOf.set(log, id);
      this.#byId.set(id, (this.#byId.get(id) ?? new Set()).add(log));
      if (former === id) return true;
      this.#addLinks(log, watch); // one that has changed just before leads to another directory
    }
  }

  /** Somebody may move the log elsewhere, and have a link lead there. */
  #addLinks(log: Log, watch: number): void {
    for (const link of linksOn(log.directory)) {
      const id = ignoringErrors(() => posix.watchAdd(watch, link, "link"));
      if (id !== undefined) this.#byLink.set(id, (this.#byLink.get(id) ?? new Set()).add(log));
    }
  }

  #remove(log: Log, watch: number, id: number): void {
    const { size = 0 } = this.#byId.get(id) ?? {};
    this.#idOf.delete(log);
    this.#byId.get(id)?.delete(log);
    if (size > 1) return;
    this.#byId.delete(id);
    ignoringErrors(() => posix.watchRemove(watch, id)); // a removed directory has none
  }

  /**
   * A directory that is removed reports that only when nobody has a file in it open. But first it
   * reports the removal of `current`.
   */
  #addAgain(log: Log): boolean {
    const isThere = ignoringErrors(() => posix.stat(posix.AT_FDCWD, currentOf(log), 0));
    return this.#add(log) && isThere !== undefined;
  }

  #takeEvents(watch: number): void {
    const grown = new Set<Log>();
    for (const { id, overflow } of posix.watchRead(watch)) {
      const changed = this.#byId.get(id) ?? this.#byLink.get(id) ?? [];
      for (const log of overflow ? this.#logs : changed) grown.add(log);
      if (!this.#byLink.delete(id)) continue;
      for (const log of changed) this.#addLinks(log, watch); // the new link is another file
    }
    for (const log of grown) if (!this.#addAgain(log)) this.#poll(log);
    this.#report(grown);
  }

  #poll(log: Log): void {
    if (this.#polled.size === 0) this.#reactor.after(POLL_MS, () => this.#lookAtPolled());
    this.#polled.add(log);
  }

  #lookAtPolled(): void {
    const looked = new Set(this.#polled);
    this.#polled.clear();
    for (const log of looked) if (!this.#addAgain(log)) this.#poll(log);
    this.#report(looked);
  }

  /** Calls back in the order of the logs. */
  #report(grown: ReadonlySet<Log>): void {
    this.#thrown.attempt(() => this.#onGrown(this.#logs.filter((log) => grown.has(log))));
  }
}

function currentOf({ directory }: { readonly directory: string }): string {
  return `${directory}/${CURRENT}`;
}
