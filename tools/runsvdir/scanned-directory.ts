/**
 * The scanned directory: reads its entries, and knows whether a later change of them could go
 * unnoticed.
 *
 * Source: runit 2.1.2, runsvdir(8); messages in its words.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors, NOT_THERE } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import { Entries, isRecent } from "./entries.ts";
import type { Entry } from "./scan.ts";
import { Watch, type WatchOptions } from "./watch.ts";

/** A directory that changed this recently may change again without a new modification time. */
const TIME_GRAIN_MS = 2_000;
const FORCED_RESCAN = ".forced-rescan";

export class ScannedDirectory {
  readonly #path: string;
  readonly #report: Report;
  readonly #watch: Watch;
  readonly #entries: Entries;
  #open: Directory | undefined;
  /** The directory as it was at the last read. */
  #stat: posix.Stat | undefined;
  /**
   * A change may have been missed, for example because stat failed for the directory or an entry.
   */
  #isUncertain = true;

  /** @param options its path is resolved at each read, because it may be a link that is switched */
  constructor(options: WatchOptions) {
    this.#path = options.path;
    this.#report = options.report;
    this.#watch = new Watch(options);
    this.#entries = new Entries(options.report);
  }

  /** The directory that the last read opened; `undefined` before the first success. */
  get open(): Directory | undefined {
    return this.#open;
  }

  /** Whether a change after the last read may go unnoticed. */
  get needsPolling(): boolean {
    return this.#isUncertain || !this.#watch.isReliable;
  }

  /** The path of an entry. */
  pathOf(name: string): string {
    return `${this.#path}/${name}`;
  }

  /** Watches the directory anew: a watch that failed before may succeed now. */
  rewatch(): void {
    this.#watch.rewatch();
  }

  /**
   * Looks at the directory itself only.
   *
   * @returns whether there is a reason to read it; `undefined` if it cannot be examined
   */
  poll(): boolean | undefined {
    const stat = this.#statPath();
    if (stat === undefined) return undefined;
    return this.#isUncertain || !isUnchanged(stat, this.#stat);
  }

  /**
   * Reads the entries.
   *
   * @param isSettled whether a service directory, by its {@link posix.Stat.id}, needs no time to
   * settle
   * @returns `undefined` if the directory cannot be read, so that no entry is known
   */
  read(isSettled: (id: string) => boolean): Entry[] | undefined {
    this.#isUncertain = true; // unless all goes well
    if (this.#watch.isStale) this.#watch.rewatch(); // first, to notice changes after the read
    if (this.#statPath() === undefined) return undefined;
    const path = this.#path;
    const fresh = this.#attempt(`change directory to ${path}`, () => Directory.open(path));
    if (fresh === undefined) return undefined;
    const stat = this.#attempt(`stat ${path}`, () => posix.fstat(fresh.fd));
    if (stat === undefined) {
      fresh.close();
      return undefined;
    }
    if (stat.id !== this.#watch.id) this.#watch.rewatch();
    this.#open?.close();
    this.#open = fresh;
    this.#stat = stat;
    const names = this.#attempt(`read directory ${path}`, () => posix.readdir(fresh.fd));
    if (names === undefined) return undefined;
    const services = names.filter((name) => !name.startsWith("."));
    const isWatched = stat.id === this.#watch.id; // not if the path was switched in between
    // An empty directory can be removed and another one made without a notification, because this
    // process holds it open.
    const isEmpty = services.length === 0;
    const isCertain = isWatched && !isEmpty && !isRecent(stat, TIME_GRAIN_MS);
    const entries = this.#entries.look(fresh, services, isSettled);
    this.#isUncertain = !(isCertain && this.#entries.isComplete);
    return entries;
  }

  /** Whether an entry still leads to the directory `id`, as at the last read. */
  isInPlace(name: string, id: string): boolean {
    const home = this.#open;
    if (home === undefined || this.#watch.isStale) return false;
    if (this.#statPath()?.id !== this.#stat?.id) return false;
    return ignoringErrors(() => home.stat(name))?.id === id;
  }

  /** Leaves the file that shows that a rescan was done. */
  markRescan(): void {
    const home = this.#open;
    if (home === undefined) return;
    this.#report.try(`open ./${FORCED_RESCAN}`, () => {
      const flags =
        posix.O_WRONLY | posix.O_NONBLOCK | posix.O_TRUNC | posix.O_CREAT | posix.O_NOFOLLOW;
      const fd = posix.open(home.fd, FORCED_RESCAN, flags, 0o644);
      posix.write(fd, tai64nLabel(posix.clockReal()));
      posix.close(fd);
    });
  }

  /** For a child: closes the watch. The directory stays open. */
  closeInChild(): void {
    this.#watch.closeInChild();
  }

  #statPath(): posix.Stat | undefined {
    const action = `stat ${this.#path}`;
    const found = this.#attempt(action, () => [posix.stat(posix.AT_FDCWD, this.#path, 0)] as const);
    if (found === undefined) return undefined;
    if (found[0] === undefined) this.#report.warn(`unable to ${action}`, NOT_THERE);
    return found[0];
  }

  #attempt<T>(action: string, call: () => T): T | undefined {
    let result: T | undefined;
    this.#report.try(action, () => {
      result = call();
    });
    return result;
  }
}

function isUnchanged(stat: posix.Stat, before: posix.Stat | undefined): boolean {
  if (before === undefined || stat.id !== before.id) return false;
  return stat.mtimeS === before.mtimeS && stat.mtimeNs === before.mtimeNs;
}
