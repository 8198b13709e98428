/**
 * runsvdir at work: looks at its directory when something changes there, when a runsv ends and, as long as something
 * may change untold, every five seconds; has scan.ts decide, and has supervisors started and stopped by a host.
 *
 * Source: runit 2.1.2, runsvdir(8); messages in its words.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError, NOT_THERE } from "../../base/errors.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import { tai64nLabel } from "../../protocol/tai.ts";
import { Entries, isRecent } from "./entries.ts";
import { ExistingSupervisor } from "./existing-supervisor.ts";
import { Repairs } from "./repairs.ts";
import {
  afterForeignExit,
  decide,
  type End,
  type Entry,
  ended,
  failed,
  isDue,
  mended,
  type Service,
  started,
  withForeignSupervisor,
  working,
} from "./scan.ts";
import { SharedSupervise } from "./shared.ts";
import type { SupervisorHost } from "./supervisor-host.ts";
import { Watch } from "./watch.ts";

/** The safety net below the watch, where that has holes. */
const SCAN_EVERY_MS = 5_000;
/** The rest between scans is this many times as long as the last one took: a storm of changes costs a part of a CPU. */
const REST_PER_SCAN = 3;
const REST_LEAST_MS = 2;
/** After so long a row of starts lets everything else have its turn. */
const STARTS_MS = 20;
/** A directory changed this recently may change again without its time telling. */
const TIME_GRAIN_MS = 2_000;
/** Where it cannot be told whether a service has a supervisor, it is looked at again after this, so many times. */
const DOUBT_MS = 50;
const DOUBTS_MAX = 10;
const FORCED_RESCAN = ".forced-rescan";

export class Scanner {
  readonly #path: string;
  readonly #host: SupervisorHost;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #watch: Watch;
  readonly #entries: Entries;
  readonly #repairs: Repairs;
  #directory: Directory | undefined;
  #lookedAt: posix.Stat | undefined;
  /** What the watch does not tell of may change: it could not be looked at, or an entry in it could not. */
  #lookAgain = true;
  /** The next look by time. */
  #later: Timer | undefined;
  #services = new Map<string, Service>();
  /** What {@link decide} keeps of new directories. */
  #arriving: ReadonlyMap<string, number> = new Map();
  /** The ids of the services that have a supervisor, by what the host names that. */
  readonly #supervised = new Map<number, string>();
  /** How often in a row it was not sure whether a service has a supervisor, by its id. */
  readonly #doubts = new Map<string, number>();
  /** When the others are to be started again, by their ids. */
  readonly #restarts = new Map<string, Timer>();
  /** To be started since the last scan, the next one last. */
  #toStart: Service[] = [];
  #starting: Timer | undefined;
  /** Supervisors that were not started here, by their services' ids. */
  readonly #existing = new Map<string, ExistingSupervisor>();
  #isFirstScan = true;
  #next: Timer | undefined;
  #nextAtMs = Number.POSITIVE_INFINITY;
  #notBeforeMs = 0;
  #isEnding = false;

  /** @param path where the services are: looked up afresh for each scan, for it may be a link that is switched */
  constructor(path: string, host: SupervisorHost, reactor: Reactor, report: Report) {
    this.#path = path;
    this.#host = host;
    this.#reactor = reactor;
    this.#report = report;
    this.#watch = new Watch(path, reactor, report, () => this.#scanBy(0));
    this.#entries = new Entries(report);
    this.#repairs = new Repairs(reactor, (id) => this.#onChange(id));
  }

  /** Scans now, and from then on by itself. */
  begin(): void {
    this.#scan();
  }

  /** Looks at everything again, whatever the directory's time says, and leaves a mark of it there. */
  rescan(): void {
    this.#watch.point(); // what could not be watched may be by now
    for (const service of this.#services.values()) {
      this.#services.set(service.id, { ...working(service), notBeforeMs: 0 });
    }
    this.#scan();
    const home = this.#directory;
    if (home === undefined) return;
    this.#report.try(`open ./${FORCED_RESCAN}`, () => {
      const flags =
        posix.O_WRONLY | posix.O_NONBLOCK | posix.O_TRUNC | posix.O_CREAT | posix.O_NOFOLLOW;
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

  /** Commands the supervisors that were not started here to re-exec. */
  reexec(): void {
    for (const existing of this.#existing.values()) existing.reexec();
  }

  /** For a child: closes what it has open for itself, but for the directory. */
  closeInChild(): void {
    this.#watch.closeInChild();
    this.#repairs.closeInChild();
    for (const existing of this.#existing.values()) existing.close();
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
    const isSettled = (id: string) => this.#isFirstScan || this.#services.has(id);
    const entries = this.#entries.look(fresh, services, isSettled);
    if (!this.#entries.isComplete) this.#lookAgain = true;
    return entries;
  }

  #act(entries: readonly Entry[]): void {
    const nowMs = monotonicMs();
    const { services, arriving, start, stop, againAtMs } = decide(
      this.#services,
      entries,
      nowMs,
      this.#arriving,
    );
    this.#services = services;
    this.#arriving = arriving;
    for (const service of stop) {
      this.#stop(service);
      this.#forgetRestart(service.id);
      this.#doubts.delete(service.id);
    }
    for (const { id } of start) this.#forgetRestart(id);
    const shared = this.#shared();
    this.#toStart = start.filter((service) => !this.#leaveToExisting(service, shared)).reverse();
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

  #shared(): SharedSupervise | undefined {
    const names = () => [...this.#services.values()].map(({ name }) => name);
    return this.#directory && new SharedSupervise(this.#directory, names);
  }

  /** @returns whether the service has a supervisor, which is left at work until it ends */
  #leaveToExisting(service: Service, shared: SharedSupervise | undefined): boolean {
    const known = this.#existing.get(service.id); // its entry was taken away, and has come back
    const existing = known ?? this.#findExisting(service.name, shared);
    if (existing === "unsure") return this.#doubt(service);
    this.#doubts.delete(service.id);
    if (existing === undefined) return false;
    this.#services.set(service.id, withForeignSupervisor(service));
    this.#existing.set(service.id, existing);
    // One that is met later is that of a directory which was replaced, and it was told to exit from here.
    const mayBeTold = this.#isFirstScan;
    existing.onGone(() => {
      this.#existing.delete(service.id);
      const current = this.#services.get(service.id);
      if (current === undefined) return;
      this.#retry(afterForeignExit(current, mayBeTold && !this.#hasDied(current), monotonicMs()));
    });
    return true;
  }

  #findExisting(
    name: string,
    shared: SharedSupervise | undefined,
  ): ExistingSupervisor | "unsure" | undefined {
    const home = this.#directory;
    const existing = home && ExistingSupervisor.find(home, name, this.#reactor);
    if (existing === undefined || shared?.has(name) === false) return existing;
    if (existing !== "unsure") existing.close();
    return undefined;
  }

  /** @returns whether it is to be looked at again before it is started */
  #doubt(service: Service): boolean {
    const looks = (this.#doubts.get(service.id) ?? 0) + 1;
    const isOver = looks > DOUBTS_MAX;
    if (isOver) this.#doubts.delete(service.id);
    else {
      this.#doubts.set(service.id, looks);
      this.#retry({ ...service, notBeforeMs: monotonicMs() + DOUBT_MS });
    }
    return !isOver;
  }

  /** Whether its supervisor has left what a supervisor that exits takes away. */
  #hasDied({ name }: Service): boolean {
    const home = this.#directory;
    if (home === undefined) return false;
    return ignoringErrors(() => posix.stat(home.fd, `${name}/supervise/adopt`, 0)) !== undefined;
  }

  #start(service: Service): void {
    const home = this.#directory;
    if (home === undefined) return;
    const { id, name, startedMs } = service;
    this.#forgetRestart(id);
    try {
      const pid = this.#host.start(name, home, startedMs > 0);
      this.#services.set(id, started(service, pid, monotonicMs()));
      this.#supervised.set(pid, id);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#report.warn(`unable to fork for ${name}`, error);
      this.#retry(failed(service, 0, monotonicMs()));
    }
  }

  /** What a host calls. */
  ended(pid: number, end: End): void {
    if (this.#isEnding) return;
    const id = this.#supervised.get(pid);
    this.#supervised.delete(pid);
    const service = id === undefined ? undefined : this.#services.get(id);
    if (service?.pid !== pid) return; // its entry was taken away
    const nowMs = monotonicMs();
    const next = ended(service, end, nowMs);
    if (next.failures > 0) {
      const how = "code" in end ? `exited ${end.code}` : `was killed by signal ${end.signal}`;
      const waitS = Math.round((next.notBeforeMs - nowMs) / 1_000);
      this.#report.warn(`runsv ${service.name} ${how}, next try in ${waitS}s`);
    }
    this.#retry(next);
  }

  /** Starts it again when it is time, without a look at all others. */
  #retry(service: Service): void {
    const { id, name, failures } = service;
    this.#services.set(id, service);
    this.#forgetRestart(id);
    if (failures > 0) this.#repairs.await(id, `${this.#path}/${name}`);
    const delayMs = Math.max(0, service.notBeforeMs - monotonicMs());
    this.#restarts.set(
      id,
      this.#reactor.after(delayMs, () => this.#restart(id)),
    );
  }

  #restart(id: string): void {
    this.#forgetRestart(id);
    const service = this.#services.get(id);
    if (this.#isEnding || service === undefined || !isDue(service, monotonicMs())) return;
    if (!this.#isInPlace(service)) this.#scanBy(0);
    else if (!this.#leaveToExisting(service, this.#shared())) this.#start(service);
  }

  /** Whether its entry is as it was at the last scan. */
  #isInPlace({ id, name }: Service): boolean {
    const home = this.#directory;
    if (home === undefined || this.#watch.isStale) return false;
    if (this.#statPath()?.id !== this.#lookedAt?.id) return false;
    return ignoringErrors(() => home.stat(name))?.id === id;
  }

  #forgetRestart(id: string): void {
    this.#restarts.get(id)?.cancel();
    this.#restarts.delete(id);
    this.#repairs.forget(id);
  }

  /** The directory of a service has changed whose supervisor fails. */
  #onChange(id: string): void {
    const service = this.#services.get(id);
    if (!this.#isEnding && service !== undefined) this.#retry(mended(service, monotonicMs()));
  }

  #stop({ id, pid }: Service): void {
    if (pid !== 0) this.#host.stop(pid);
    else this.#existing.get(id)?.terminate();
  }

  #attempt<T>(action: string, call: () => T): T | undefined {
    let result: T | undefined;
    this.#report.try(action, () => {
      result = call();
    });
    return result;
  }
}

function isUnchanged(seen: posix.Stat, before: posix.Stat | undefined): boolean {
  if (before === undefined || seen.id !== before.id) return false;
  return seen.mtimeS === before.mtimeS && seen.mtimeNs === before.mtimeNs;
}
