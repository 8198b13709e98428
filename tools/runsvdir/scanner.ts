/**
 * The scanner: looks at its directory when something changes there, when a runsv exits and, as long
 * as changes may go unnoticed, every five seconds; lets scan.ts decide, and has a host start and
 * stop supervisors.
 *
 * Source: runit 2.1.2, runsvdir(8); messages in its words.
 */

import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { monotonicMs, type Reactor, type Timer } from "../../base/reactor.ts";
import type { Report } from "../../base/report.ts";
import { superviseFile } from "../../protocol/service-directory.ts";
import { dependenciesOf } from "./dependencies-of.ts";
import { ForeignSupervisors } from "./foreign-supervisors.ts";
import { Repairs } from "./repairs.ts";
import type { ExitListener, RunningTree } from "./running-tree.ts";
import {
  afterExit,
  afterFailure,
  afterForeignExit,
  afterRepair,
  afterStart,
  decide,
  type Entry,
  exitReport,
  GONE_AFTER_MS,
  isDue,
  type SupervisedService,
  type SupervisorExit,
  withForeignSupervisor,
  withInherited,
  withoutFailures,
} from "./scan.ts";
import { ScanSchedule } from "./scan-schedule.ts";
import { ScannedDirectory } from "./scanned-directory.ts";
import { SharedSupervise } from "./shared.ts";
import { needsReplacement, StartList } from "./start-list.ts";
import type { SupervisorHost } from "./supervisor-host.ts";

/** A row of starts runs for at most this long before everything else gets its turn. */
const STARTS_MS = 20;
/** The delay after which an uncertain service is examined again for a supervisor. */
const DOUBT_MS = 50;

interface ScannerOptions {
  /** The scanned directory; resolved at each scan, because it may be a link that is switched. */
  readonly path: string;
  readonly host: SupervisorHost;
  readonly reactor: Reactor;
  readonly report: Report;
}

export class Scanner {
  readonly #host: SupervisorHost;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #directory: ScannedDirectory;
  readonly #schedule: ScanSchedule;
  readonly #foreign: ForeignSupervisors;
  readonly #repairs: Repairs;
  /** By {@link SupervisedService.id}, like all maps here but the next but one. */
  #services = new Map<string, SupervisedService>();
  /** New directories, kept for {@link decide}. */
  #arriving: ReadonlyMap<string, number> = new Map();
  /** The ids of the services that have a supervisor, by the host's number for it. */
  readonly #supervised = new Map<number, string>();
  /** The restart timers of the others. */
  readonly #restarts = new Map<string, Timer>();
  /** The services still to be started after the last scan. */
  readonly #toStart = new StartList((name) => {
    const { home } = this;
    return home === undefined ? [] : dependenciesOf(name, home);
  });
  #starting: Timer | undefined;
  /** The names of the services whose entries were removed, by the host's number likewise. */
  readonly #removed = new Map<number, string>();
  #isFirstScan = true;
  #isEnding = false;
  /** Hears of all exits once the whole tree stops. */
  #exits: ExitListener | undefined;

  constructor({ path, host, reactor, report }: ScannerOptions) {
    this.#host = host;
    this.#reactor = reactor;
    this.#report = report;
    const scanSoon = () => this.#schedule.scanAfter(0);
    this.#directory = new ScannedDirectory({ path, reactor, report, onChange: scanSoon });
    this.#schedule = new ScanSchedule(
      reactor,
      () => this.#scan(),
      () => this.#poll(),
    );
    this.#foreign = new ForeignSupervisors(reactor);
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
    this.#directory.rewatch();
    for (const service of this.#services.values()) {
      this.#services.set(service.id, { ...withoutFailures(service), notBeforeMs: 0 });
    }
    this.#scan();
    this.#directory.markRescan();
  }

  /** Commands every supervisor to exit, whoever started it, and starts no more. */
  terminate(): void {
    this.#isEnding = true;
    this.#toStart.clear();
    for (const { pid } of this.#services.values()) if (pid !== 0) this.#host.stop(pid);
    this.#foreign.terminateAll(this.#services.values(), this.#shared());
  }

  /** The scanned directory, if it could ever be opened. */
  get home(): Directory | undefined {
    return this.#directory.open;
  }

  get names(): string[] {
    return [...this.#services.values()].map(({ name }) => name);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Starts no more services. From now on, the listener that `begin` returns handles all exits. */
  beginStop(begin: (tree: RunningTree) => ExitListener): void {
    this.#isEnding = true;
    this.#toStart.clear();
    const supervised = new Map(this.#removed);
    const others: string[] = [];
    for (const { pid, name, hasForeignSupervisor } of this.#services.values()) {
      if (pid !== 0) supervised.set(pid, name);
      else if (!hasForeignSupervisor) others.push(name);
    }
    const shared = this.#shared();
    this.#exits = begin({ home: this.home, supervised, foreign: this.#foreign, others, shared });
  }

  /** Commands the supervisors that this runsvdir did not start to re-exec. */
  reexec(): void {
    this.#foreign.reexec();
  }

  /** For a child: closes the scanner's descriptors, except the directory. */
  closeInChild(): void {
    this.#directory.closeInChild();
    this.#repairs.closeInChild();
    this.#foreign.closeInChild();
  }

  #poll(): void {
    if (this.#isEnding) return;
    this.#schedule.pollLater();
    const hasReason = this.#directory.poll();
    if (hasReason === true) this.#scan();
    else if (hasReason === false) this.#endNeedlessPolling();
  }

  #endNeedlessPolling(): void {
    if (!this.#directory.needsPolling) this.#schedule.stopPolling();
  }

  #scan(): void {
    if (this.#isEnding) return;
    this.#schedule.run(() => {
      const isSettled = (id: string) => this.#isFirstScan || this.#services.has(id);
      const entries = this.#directory.read(isSettled);
      if (entries !== undefined) this.#act(entries);
      this.#endNeedlessPolling();
    });
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
    for (const { id, name, pid } of stop) {
      if (pid === 0) {
        this.#foreign.terminate(id);
      } else {
        this.#host.stop(pid);
        this.#removed.set(pid, name);
      }
      this.#forgetRestart(id);
      this.#foreign.forgetDoubts(id);
    }
    for (const { id } of start) this.#forgetRestart(id);
    const shared = this.#shared();
    this.#toStart.set(start.filter((service) => !this.#hasSupervisor(service, shared)));
    if (this.#isFirstScan) this.#stopInheritedRest();
    this.#isFirstScan = false;
    this.#startSome();
    if (againAtMs !== undefined) this.#schedule.scanAfter(againAtMs - nowMs);
  }

  /**
   * Supervisors from before a re-exec whose entries went before this program could see them: they
   * get as long to come back as any other entry whose directory is gone.
   */
  #stopInheritedRest(): void {
    const rest = this.#host.inheritedRest;
    for (const [pid, name] of rest) this.#removed.set(pid, name);
    if (rest.size === 0) return;
    this.#reactor.after(GONE_AFTER_MS, () => {
      for (const pid of rest.keys()) if (this.#removed.has(pid)) this.#host.stop(pid);
    });
  }

  /**
   * Thousands of services take seconds to start; meanwhile signals and running services are served.
   */
  #startSome(): void {
    this.#starting?.cancel();
    const beganMs = monotonicMs();
    do {
      const services = this.#toStart.take(this.#host.startsAtOnce);
      if (services.length === 0) return;
      this.#start(services);
    } while (monotonicMs() - beganMs < STARTS_MS);
    this.#starting = this.#reactor.after(0, () => this.#startSome());
  }

  #shared(): SharedSupervise | undefined {
    const { home } = this;
    return home && new SharedSupervise(home, () => this.names);
  }

  /** @returns whether the service has a supervisor, or may have one; it is left alone then */
  #hasSupervisor(service: SupervisedService, shared: SharedSupervise | undefined): boolean {
    if (shared === undefined) return false;
    const inherited = this.#host.takeInherited(service.id);
    if (inherited !== undefined) {
      this.#services.set(service.id, withInherited(service, inherited, monotonicMs()));
      this.#supervised.set(inherited, service.id);
      this.#removed.delete(inherited);
      return true;
    }
    // A supervisor found later is that of a replaced directory, which this runsvdir commanded to
    // exit.
    const mayBeTold = this.#isFirstScan;
    const found = this.#foreign.look(service, shared, () => {
      this.#exits?.onForeignExit(service.name);
      const current = this.#services.get(service.id);
      if (current === undefined) return;
      const wasKilled = this.#wasKilled(current);
      if (wasKilled) this.#report.warn(`runsv ${current.name} was killed, started again`);
      const wasTold = mayBeTold && !wasKilled;
      this.#retry(afterForeignExit(current, wasTold, monotonicMs()));
    });
    if (found === "found") this.#services.set(service.id, withForeignSupervisor(service));
    if (found === "unsure") this.#retry({ ...service, notBeforeMs: monotonicMs() + DOUBT_MS });
    return found !== "none";
  }

  /** Whether its supervisor left a file that a supervisor removes on exit. */
  #wasKilled({ name }: SupervisedService): boolean {
    const home = this.#directory.open;
    if (home === undefined) return false;
    const adopt = superviseFile(`${name}/supervise`, "adopt");
    return ignoringErrors(() => posix.stat(home.fd, adopt, 0)) !== undefined;
  }

  /** @param services as of {@link StartList.take} */
  #start(services: readonly SupervisedService[]): void {
    const home = this.#directory.open;
    const [first] = services;
    if (home === undefined || first === undefined) return;
    for (const { id } of services) this.#forgetRestart(id);
    const names = services.map(({ name }) => name);
    try {
      const pids = needsReplacement(first)
        ? [this.#host.replace(first.name, home)]
        : this.#host.start(names, home);
      const nowMs = monotonicMs();
      for (const [index, pid] of pids.entries()) {
        const service = services[index] ?? first;
        this.#services.set(service.id, afterStart(service, pid, nowMs));
        this.#supervised.set(pid, service.id);
      }
      this.#toStart.putBack(services.slice(pids.length)); // will fail if there is no room
    } catch (error) {
      if (!isPosixError(error)) throw error;
      for (const service of services) {
        this.#report.warn(`unable to fork for ${service.name}`, error);
        this.#retry(afterFailure(service, 0, monotonicMs()));
      }
    }
  }

  /** Called by the host. */
  onSupervisorExit(pid: number, exit: SupervisorExit): void {
    this.#removed.delete(pid);
    this.#exits?.onExit(pid, exit);
    if (this.#isEnding) return;
    const id = this.#supervised.get(pid);
    this.#supervised.delete(pid);
    const service = id === undefined ? undefined : this.#services.get(id);
    if (service?.pid !== pid) return; // its entry was removed
    const nowMs = monotonicMs();
    const next = afterExit(service, exit, nowMs);
    const text = exitReport(next, exit, nowMs);
    if (text !== undefined) this.#report.warn(text);
    this.#retry(next);
  }

  /** Restarts a service when it is due, without a scan of all the others. */
  #retry(service: SupervisedService): void {
    const { id, name, failures } = service;
    this.#services.set(id, service);
    this.#forgetRestart(id);
    if (failures > 0) this.#repairs.await(id, this.#directory.pathOf(name));
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
    if (!this.#directory.isInPlace(service.name, id)) this.#schedule.scanAfter(0);
    else if (!this.#hasSupervisor(service, this.#shared())) this.#start([service]);
  }

  #forgetRestart(id: string): void {
    this.#restarts.get(id)?.cancel();
    this.#restarts.delete(id);
    this.#repairs.forget(id);
  }

  /** A failing service's directory has changed. */
  #onChange(id: string): void {
    const service = this.#services.get(id);
    if (this.#isEnding || service === undefined) return;
    this.#retry(afterRepair(service, monotonicMs()));
  }
}
