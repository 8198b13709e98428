/**
 * The scanner: looks at its directory when something changes there, when a runsv exits and, as long
 * as changes may go unnoticed, every five seconds; lets scan.ts decide, and has a host start and
 * stop supervisors.
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

/** The fallback interval for changes that the watch misses. */
const SCAN_EVERY_MS = 5_000;
/**
 * The pause after a scan is this many times the scan's duration: a storm of changes costs only part
 * of a CPU.
 */
const REST_PER_SCAN = 3;
const REST_LEAST_MS = 2;
/** A row of starts runs for at most this long before everything else gets its turn. */
const STARTS_MS = 20;
/** A directory that changed this recently may change again without a new modification time. */
const TIME_GRAIN_MS = 2_000;
/**
 * The delay after which an uncertain service is checked again for a supervisor, at most
 * `DOUBTS_MAX` times.
 */
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
  /** The watch may miss changes, for example because stat failed for the directory or an entry. */
  #lookAgain = true;
  /** The next look by time. */
  #later: Timer | undefined;
  #services = new Map<string, Service>();
  /** New directories, kept for {@link decide}. */
  #arriving: ReadonlyMap<string, number> = new Map();
  /** The ids of the services that have a supervisor, by the host's number for it. */
  readonly #supervised = new Map<number, string>();
  /**
   * How often in a row it was uncertain whether a service has a supervisor, by the service's id.
   */
  readonly #doubts = new Map<string, number>();
  /** The restart timers of the others, by the services' ids. */
  readonly #restarts = new Map<string, Timer>();
  /** The services still to be started after the last scan, the next one last. */
  #toStart: Service[] = [];
  #starting: Timer | undefined;
  /** Supervisors that this runsvdir did not start, by their services' ids. */
  readonly #existing = new Map<string, ExistingSupervisor>();
  #isFirstScan = true;
  #next: Timer | undefined;
  #nextAtMs = Number.POSITIVE_INFINITY;
  #notBeforeMs = 0;
  #isEnding = false;

  /**
   * @param path the scanned directory; resolved at each scan, because it may be a link that is
   * switched
   */
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

  /**
   * Scans everything again, whatever the directory's modification time, and leaves a mark file
   * there.
   */
  rescan(): void {
    this.#watch.point(); // a watch that failed before may succeed now
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

  /** Commands every supervisor to exit, whoever started it, and starts no more. */
  terminate(): void {
    this.#isEnding = true;
    this.#toStart = [];
    for (const service of this.#services.values()) this.#stop(service);
  }

  /** Commands the supervisors that this runsvdir did not start to re-exec. */
  reexec(): void {
    for (const existing of this.#existing.values()) existing.reexec();
  }

  /** For a child: closes the scanner's descriptors, except the directory. */
  closeInChild(): void {
    this.#watch.closeInChild();
    this.#repairs.closeInChild();
    for (const existing of this.#existing.values()) existing.close();
  }

  /** Every five seconds: stats only the directory itself, and scans if that gives a reason to. */
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

  /** Ends the looks by time if the watch reports every change. */
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

  /**
   * Scans after `delayMs`, or earlier if a scan is already due, but not before the pause is over.
   */
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
    this.#lookLater(); // before all else: if anything below fails, a later look retries it
    const beganMs = monotonicMs();
    const entries = this.#look();
    if (entries !== undefined) this.#act(entries);
    this.#restIfSure();
    const endedMs = monotonicMs();
    this.#notBeforeMs = endedMs + Math.max(REST_LEAST_MS, REST_PER_SCAN * (endedMs - beganMs));
  }

  /**
   * @returns the entries; `undefined` if the directory cannot be read, so that none of them is
   * known
   */
  #look(): Entry[] | undefined {
    this.#lookAgain = true; // unless all goes well
    if (this.#watch.isStale) this.#watch.point(); // before the look, to notice changes after it
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
    // An empty directory can be removed and another one made without a notification, because this
    // process holds it open.
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

  /**
   * Thousands of services take seconds to start; meanwhile signals and running services are served.
   */
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

  /** @returns whether the service has a supervisor, which is left alone until it exits */
  #leaveToExisting(service: Service, shared: SharedSupervise | undefined): boolean {
    const known = this.#existing.get(service.id); // its entry was removed, and has come back
    const existing = known ?? this.#findExisting(service.name, shared);
    if (existing === "unsure") return this.#doubt(service);
    this.#doubts.delete(service.id);
    if (existing === undefined) return false;
    this.#services.set(service.id, withForeignSupervisor(service));
    this.#existing.set(service.id, existing);
    // A supervisor found later is that of a replaced directory, which this runsvdir commanded to
    // exit.
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

  /** @returns whether to check again before starting a supervisor */
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

  /** Whether its supervisor left a file that a supervisor removes on exit. */
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

  /** Called by the host. */
  ended(pid: number, end: End): void {
    if (this.#isEnding) return;
    const id = this.#supervised.get(pid);
    this.#supervised.delete(pid);
    const service = id === undefined ? undefined : this.#services.get(id);
    if (service?.pid !== pid) return; // its entry was removed
    const nowMs = monotonicMs();
    const next = ended(service, end, nowMs);
    if (next.failures > 0) {
      const how = "code" in end ? `exited ${end.code}` : `was killed by signal ${end.signal}`;
      const waitS = Math.round((next.notBeforeMs - nowMs) / 1_000);
      this.#report.warn(`runsv ${service.name} ${how}, next try in ${waitS}s`);
    }
    this.#retry(next);
  }

  /** Restarts a service when it is due, without a scan of all the others. */
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

  /** Whether its entry is as at the last scan. */
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

  /** A failing service's directory has changed. */
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
