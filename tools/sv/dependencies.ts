/**
 * The services that a service waits for, and those that `sv start` starts with it. A program of its
 * own, sv/dependencies, which sv loads for services that have needs/ or after/ and do not run, and
 * for those that wait for their dependants.
 *
 * Supervisors never start another service: what is down was put down by somebody. But who starts a
 * service by hand wants it to run, so sv starts what it needs.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { readHistoryFile } from "./history-file.ts";
import { failureText } from "./render.ts";
import { send } from "./send.ts";
import type { NamedService } from "./service.ts";
import type { ServiceFiles } from "./service-report.ts";
import { dependenciesOf, isStopRecorded, waitsOf } from "./waits.ts";

/** The names of the services that this one waits for, in printable ASCII. */
export function awaitedBy(service: ServiceFiles, record: StatusRecord): readonly string[] {
  return waitsOf(service, record).map(({ name }) => printable(name));
}

/** Starts what services need. One object for a command line: it starts each service once. */
export class PullUp {
  readonly #print: (line: string) => void;
  readonly #warn: (line: string) => void;
  readonly #seen = new Set<string>();
  readonly #needed: NamedService[] = [];
  /** The histories of the services that were started, from before that, by their paths. */
  readonly #histories = new Map<string, string | undefined>();

  /**
   * @param print takes a line for each service that was started
   * @param warn takes a line for each that could not be
   */
  constructor(print: (line: string) => void, warn: (line: string) => void) {
    this.#print = print;
    this.#warn = warn;
  }

  /** Starts the services that `service` needs and that are down, first those that they need. */
  startNeeds(service: ServiceFiles): void {
    for (const needed of this.needsOf(service)) this.#start(needed, service.name);
  }

  needsOf(service: ServiceFiles): NamedService[] {
    const entries = dependenciesOf(service).filter(({ entry }) => entry.kind === "needs");
    return entries.map(({ service: needed }) => needed);
  }

  /** The services that are needed, and have a supervisor. */
  get needed(): readonly NamedService[] {
    return this.#needed;
  }

  /** The text of the history before the service was started; `undefined` if it was not. */
  historyBefore({ path }: NamedService): string | undefined {
    return this.#histories.get(path);
  }

  #start(service: NamedService, neededBy: string): void {
    const id = ignoringErrors(() => posix.stat(posix.AT_FDCWD, service.path, 0))?.id;
    if (id === undefined || this.#seen.has(id)) return;
    this.#seen.add(id);
    const seen = service.look();
    if (seen.is === "failure") return; // the one that needs it waits for its supervisor
    posix.close(seen.ok);
    this.#needed.push(service);
    if (seen.record.phase !== "down") return;
    this.startNeeds(service);
    if (seen.record.want === "up" || isStopRecorded(service)) return;
    this.#histories.set(service.path, readHistoryFile(service));
    const failure = send(service, "u");
    if (failure === undefined) this.#print(`up: ${printable(service.name)}: needed by ${neededBy}`);
    else this.#warn(`${failureText(service.name, failure)}; needed by ${neededBy}`);
  }
}
