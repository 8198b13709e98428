/**
 * runsvdir at work: looks at its directory when something changes there, when a runsv ends and, as long as something
 * may change untold, every five seconds; has scan.ts decide, and has supervisors started and stopped by a keeper.
 *
 * Source: runit 2.1.2, runsvdir(8); messages in its words.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { type Cause, isPosixError, NOT_THERE, unless } from "../../base/errors.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import { Incumbent } from "./incumbent.ts";
import type { Keeper } from "./keeper.ts";
import {
  decide,
  type End,
  type Entry,
  ended,
  failed,
  kept,
  left,
  type Service,
  started,
} from "./scan.ts";
import { Watch } from "./watch.ts";

/** The safety net below the watch, where that has holes. */
const SCAN_EVERY_MS = 5_000;
/** The rest between scans is this many times as long as the last one took: a storm of changes costs a part of a CPU. */
const REST_PER_SCAN = 3;
const REST_LEAST_MS = 2;
/** After so long a row of starts lets everything else have its turn. */
const STARTS_MS = 20;
/** A directory, not a link to one, that appears is left alone until its content has not changed for so long. */
const SETTLE_MS = 1_000;
/** A directory changed this recently may change again without its time telling. */
const TIME_GRAIN_MS = 2_000;
const FORCED_RESCAN = ".forced-rescan";

export class Scanner {
  readonly #path: string;
  readonly #keeper: Keeper;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #watch: Watch;
  #directory: Directory | undefined;
  #lookedAt: posix.Stat | undefined;
  /** What the watch does not tell of may change: it could not be looked at, or an entry in it could not. */
  #lookAgain = true;
  /** The next look by time. */
  #later: Timer | undefined;
  #services = new Map<string, Service>();
  /** To be started since the last scan, the next one last. */
  #toStart: Service[] = [];
  #starting: Timer | undefined;
  /** Supervisors that were not started here, by their services' ids. */
  readonly #incumbents = new Map<string, Incumbent>();
  /** Entries that the last scan could not look at, with the reason: told once, not at every scan. */
  #unknown = new Map<string, string>();
  #isFirstScan = true;
  #next: Timer | undefined;
  #nextAtMs = Number.POSITIVE_INFINITY;
  #notBeforeMs = 0;
  #isEnding = false;

  /** @param path where the services are: looked up afresh for each scan, for it may be a link that is switched */
  constructor(path: string, keeper: Keeper, reactor: Reactor, report: Report) {
    this.#path = path;
    this.#keeper = keeper;
    this.#reactor = reactor;
    this.#report = report;
    this.#watch = new Watch(path, reactor, report, () => this.#scanBy(0));
  }

  /** Scans now, and from then on by itself. */
  begin(): void {
    this.#scan();
  }

  /** Looks at everything again, whatever the directory's time says, and leaves a mark of it there. */
  rescan(): void {
    this.#watch.point(); // what could not be watched may be by now
    for (const service of this.#services.values()) {
      this.#services.set(service.id, { ...service, failures: 0, notBeforeMs: 0 });
    }
    this.#scan();
    const home = this.#directory;
    if (home === undefined) return;
    this.#report.try(`open ./${FORCED_RESCAN}`, () => {
      const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_TRUNC | posix.O_CREAT;
      const fd = posix.open(home.fd, FORCED_RESCAN, flags, 0o644);
      posix.write(fd, tai64nLabel(posix.clockReal()));
      posix.close(fd);
    });
  }

  /** Tells every supervisor to end, whoever started it, and starts none any more. */
  terminate(): void {
    this.#isEnding = true;
    this.#toStart = [];
    for (const service of this.#services.values()) this.#stop(service);
  }

  /** Has the supervisors go over to another executable that were not started here. */
  goOver(): void {
    for (const incumbent of this.#incumbents.values()) incumbent.goOver();
  }

  /** For a child: closes what it has open for itself, but for the directory. */
  letGo(): void {
    this.#watch.letGo();
    for (const incumbent of this.#incumbents.values()) incumbent.close();
  }

  /** In five seconds, and then again: only a look at the directory itself, unless that gives reason for more. */
  #lookLater(): void {
    this.#later ??= this.#reactor.after(SCAN_EVERY_MS, () => {
      this.#later = undefined;
      if (this.#isEnding) return;
      this.#lookLater();
      const seen = this.#statPath();
      if (seen === undefined) return;
      if (this.#lookAgain || !isUnchanged(seen, this.#lookedAt)) this.#scan();
      else this.#restIfSure();
    });
  }

  /** Ends the looks by time where every change is told. */
  #restIfSure(): void {
    if (this.#lookAgain || !this.#watch.isSure) return;
    this.#later?.cancel();
    this.#later = undefined;
  }

  #statPath(): posix.Stat | undefined {
    const action = `stat ${this.#path}`;
    const found = this.#attempt(action, () => [posix.stat(posix.AT_FDCWD, this.#path, 0)] as const);
    if (found === undefined) return undefined;
    if (found[0] === undefined) this.#report.warn(`unable to ${action}`, NOT_THERE);
    return found[0];
  }

  /** Scans after `delayMs`, or earlier where that is due already, and not more often than is good. */
  #scanBy(delayMs: number): void {
    const nowMs = monotonicMs();
    const atMs = Math.max(nowMs + delayMs, this.#notBeforeMs);
    if (atMs >= this.#nextAtMs) return;
    this.#next?.cancel();
    this.#nextAtMs = atMs;
    this.#next = this.#reactor.after(atMs - nowMs, () => this.#scan());
  }

  #scan(): void {
    if (this.#isEnding) return;
    this.#next?.cancel();
    this.#nextAtMs = Number.POSITIVE_INFINITY;
    this.#lookLater(); // before all else: whatever fails below is looked at again
    const beganMs = monotonicMs();
    const entries = this.#look();
    if (entries !== undefined) this.#act(entries);
    this.#restIfSure();
    const endedMs = monotonicMs();
    this.#notBeforeMs = endedMs + Math.max(REST_LEAST_MS, REST_PER_SCAN * (endedMs - beganMs));
  }

  /** @returns the entries, or `undefined` where the directory cannot be read, and nothing is known of any */
  #look(): Entry[] | undefined {
    this.#lookAgain = true; // unless all goes well
    if (this.#watch.isStale) this.#watch.point(); // before the look: what changes after it is told
    if (this.#statPath() === undefined) return undefined;
    const path = this.#path;
    const fresh = this.#attempt(`change directory to ${path}`, () => Directory.open(path));
    if (fresh === undefined) return undefined;
    const stat = this.#attempt(`stat ${path}`, () => posix.fstat(fresh.fd));
    if (stat === undefined) {
      fresh.close();
      return undefined;
    }
    if (stat.id !== this.#watch.id) this.#watch.point();
    this.#directory?.close();
    this.#directory = fresh;
    this.#lookedAt = stat;
    const names = this.#attempt(`read directory ${path}`, () => posix.readdir(fresh.fd));
    if (names === undefined) return undefined;
    const services = names.filter((name) => !name.startsWith("."));
    const isWatched = stat.id === this.#watch.id; // not if the path was switched in between
    // When it is empty it can be removed, and another one made, without a word: it is held open here.
    const isEmpty = services.length === 0;
    this.#lookAgain = !isWatched || isEmpty || isRecent(stat, TIME_GRAIN_MS);
    const unknown = this.#unknown;
    this.#unknown = new Map();
    return services.map((name) => this.#identify(fresh, name, unknown));
  }

  #identify(home: Directory, name: string, told: ReadonlyMap<string, string>): Entry {
    try {
      const stat = posix.stat(home.fd, name, 0);
      if (stat === undefined) {
        if (isThere(home, name)) return this.#cannotIdentify(name, NOT_THERE, told);
        return { name, kind: "other" }; // taken away since it was listed
      }
      if ((stat.mode & posix.S_IFMT) !== posix.S_IFDIR) return { name, kind: "other" };
      return {
        name,
        kind: "directory",
        id: stat.id,
        settlesInMs: this.#settlesInMs(home, name, stat),
      };
    } catch (error) {
      if (!isPosixError(error)) throw error;
      return this.#cannotIdentify(name, error, told);
    }
  }

  #cannotIdentify(name: string, error: Cause, told: ReadonlyMap<string, string>): Entry {
    const { code } = error;
    this.#lookAgain = true;
    this.#unknown.set(name, code);
    if (told.get(name) !== code) this.#report.warn(`unable to stat ${name}`, error);
    return { name, kind: "unknown", gone: ["ENOENT", "ENOTDIR", "ELOOP"].includes(code) };
  }

  /** What is copied into the directory appears before it is complete; what is linked or found is complete. */
  #settlesInMs(home: Directory, name: string, stat: posix.Stat): number {
    if (this.#isFirstScan || this.#services.has(stat.id)) return 0;
    if (!isRecent(stat, SETTLE_MS)) return 0;
    const own = unless([], () => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW));
    return own !== undefined && (own.mode & posix.S_IFMT) === posix.S_IFLNK ? 0 : SETTLE_MS;
  }

  #act(entries: readonly Entry[]): void {
    const nowMs = monotonicMs();
    const { services, start, stop, againAtMs } = decide(this.#services, entries, nowMs);
    this.#services = services;
    for (const service of stop) this.#stop(service);
    this.#toStart = start.filter((service) => !this.#leaveToIncumbent(service)).reverse();
    this.#isFirstScan = false;
    this.#startSome();
    if (againAtMs !== undefined) this.#scanBy(againAtMs - nowMs);
  }

  /** Thousands of services take seconds to start; signals and what runs already are served meanwhile. */
  #startSome(): void {
    this.#starting?.cancel();
    const beganMs = monotonicMs();
    do {
      const service = this.#toStart.pop();
      if (service === undefined) return;
      this.#start(service);
    } while (monotonicMs() - beganMs < STARTS_MS);
    this.#starting = this.#reactor.after(0, () => this.#startSome());
  }

  /** @returns whether the service has a supervisor, which is left at work until it ends */
  #leaveToIncumbent(service: Service): boolean {
    const home = this.#directory;
    const known = this.#incumbents.get(service.id); // its entry was taken away, and has come back
    const incumbent = known ?? (home && Incumbent.find(home, service.name, this.#reactor));
    if (incumbent === undefined) return false;
    this.#services.set(service.id, kept(service));
    this.#incumbents.set(service.id, incumbent);
    // One that is met later is that of a directory which was replaced, and it was told to exit from here.
    const mayBeTold = this.#isFirstScan;
    incumbent.onGone(() => {
      this.#incumbents.delete(service.id);
      const current = this.#services.get(service.id);
      if (current === undefined) return;
      this.#retry(left(current, mayBeTold && !this.#hasDied(current), monotonicMs()));
    });
    return true;
  }

  /** Whether its supervisor has left what a supervisor that exits takes away. */
  #hasDied({ name }: Service): boolean {
    const home = this.#directory;
    if (home === undefined) return false;
    return unless([], () => posix.stat(home.fd, `${name}/supervise/adopt`, 0)) !== undefined;
  }

  #start(service: Service): void {
    const home = this.#directory;
    if (home === undefined) return;
    const { id, name, startedMs } = service;
    try {
      const pid = this.#keeper.start(name, home, startedMs > 0);
      this.#services.set(id, started(service, pid, monotonicMs()));
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#report.warn(`unable to fork for ${name}`, error);
      this.#retry(failed(service, 0, monotonicMs()));
    }
  }

  /** What a keeper calls. */
  ended(pid: number, end: End): void {
    if (this.#isEnding) return;
    const service = [...this.#services.values()].find((known) => known.pid === pid);
    if (service === undefined) return; // its entry was taken away
    const nowMs = monotonicMs();
    const next = ended(service, end, nowMs);
    if (next.failures > 0) {
      const how = "code" in end ? `exited ${end.code}` : `was killed by signal ${end.signal}`;
      const waitS = Math.round((next.notBeforeMs - nowMs) / 1_000);
      this.#report.warn(`runsv ${service.name} ${how}, next try in ${waitS}s`);
    }
    this.#retry(next);
  }

  #retry(service: Service): void {
    this.#services.set(service.id, service);
    this.#scanBy(service.notBeforeMs - monotonicMs());
  }

  #stop({ id, pid }: Service): void {
    if (pid !== 0) this.#keeper.stop(pid);
    else this.#incumbents.get(id)?.terminate();
  }

  #attempt<T>(action: string, call: () => T): T | undefined {
    let result: T | undefined;
    this.#report.try(action, () => {
      result = call();
    });
    return result;
  }
}

/** Whether there is an entry, if only a link that leads nowhere. */
function isThere(home: Directory, name: string): boolean {
  return unless([], () => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW)) !== undefined;
}

function isUnchanged(seen: posix.Stat, before: posix.Stat | undefined): boolean {
  if (before === undefined || seen.id !== before.id) return false;
  return seen.mtimeS === before.mtimeS && seen.mtimeNs === before.mtimeNs;
}

/**
 * Changed less than `withinMs` ago, or to come within that, by a file server's clock. A time further in the future was
 * set, or the clock was: it says nothing, and to wait until it is over could be to wait for years.
 */
function isRecent(stat: posix.Stat, withinMs: number): boolean {
  const { seconds, nanoseconds } = posix.clockReal();
  const ageMs = (seconds - stat.mtimeS) * 1_000 + (nanoseconds - stat.mtimeNs) / 1_000_000;
  return Math.abs(ageMs) < withinMs;
}
