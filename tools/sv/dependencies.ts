/**
 * The services that a service waits for, and those that `sv start` starts with it. A program of its
 * own, sv/dependencies, which sv loads for services that have needs/ or after/ and do not run, and
 * for those that wait for their dependants.
 *
 * Supervisors never start another service: what is down was put down by somebody. But who starts a
 * service by hand wants it to run, so sv starts what it needs.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { print, STDERR } from "../../base/report.ts";
import {
  type Dependency,
  type DependencyKind,
  ENTRY_MAX_BYTES,
  isEntry,
  mergeEntries,
  readEntry,
} from "../../protocol/dependency.ts";
import { lookAt } from "../../supervisor/look.ts";
import { placeOf, siblingPath } from "../../supervisor/place.ts";
import { permitsStart } from "../../supervisor/sight.ts";
import { failureText } from "./render.ts";
import { send } from "./send.ts";
import { NamedService } from "./service.ts";
import type { ServiceFiles } from "./service-report.ts";

/** A service that another one depends on, as an entry of that one names it. */
interface Needed extends Dependency {
  /** Its service directory. */
  readonly path: string;
}

/** The services that keep this one, which is down, from its start. */
export function awaitedBy(service: ServiceFiles): readonly string[] {
  return dependenciesOf(service)
    .filter((entry) => !permitsStart(entry, lookAt(entry.path, false), 0))
    .map(({ name }) => printable(name));
}

/** The services that this one waits for before it stops. */
export function dependantsOf(service: ServiceFiles): readonly string[] {
  const names = ignoringErrors(() => namesIn(service.file("supervise/dependants"))) ?? [];
  return names.map((name) => printable(name));
}

/** Starts what services need. One object for a command line: it starts each service once. */
export class PullUp {
  readonly #print: (line: string) => void;
  readonly #seen = new Set<string>();

  /** @param print takes a line for each service that was started */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Starts the services that `service` needs and that are down, first those that they need. */
  startNeeds(service: ServiceFiles): void {
    for (const { kind, name, path } of dependenciesOf(service)) {
      if (kind === "needs") this.#start(new NamedService(name, path), service.name);
    }
  }

  #start(service: NamedService, neededBy: string): void {
    const id = ignoringErrors(() => posix.stat(posix.AT_FDCWD, service.path, 0))?.id;
    if (id === undefined || this.#seen.has(id)) return;
    this.#seen.add(id);
    const seen = service.look();
    if (seen.is === "failure") return; // the one that needs it waits for its supervisor
    posix.close(seen.ok);
    if (seen.record.phase !== "down") return;
    this.startNeeds(service);
    if (seen.record.want === "up" || isStopping(service)) return;
    const failure = send(service, "u");
    if (failure === undefined) this.#print(`up: ${printable(service.name)}: needed by ${neededBy}`);
    else print(STDERR, `${failureText(service.name, failure)}; needed by ${neededBy}\n`);
  }
}

/** Whether the service waits for dependants, to stop. */
function isStopping(service: ServiceFiles): boolean {
  const path = service.file("supervise/stopping");
  const look = () => posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW);
  return ignoringErrors(look) !== undefined;
}

function dependenciesOf(service: ServiceFiles): readonly Needed[] {
  const home = ignoringErrors(() => Directory.open(service.path));
  if (home === undefined) return [];
  try {
    const place = placeOf(service.path, home.fd);
    if (place === undefined) return [];
    const entries = mergeEntries(entriesOf(service, "needs"), entriesOf(service, "after"));
    return entries.map((entry) => ({ ...entry, path: siblingPath(place.scanned, entry) }));
  } finally {
    home.close();
  }
}

function entriesOf(service: ServiceFiles, kind: DependencyKind): Dependency[] {
  const path = service.file(kind);
  const names = ignoringErrors(() => namesIn(path)) ?? [];
  const text = (name: string) =>
    ignoringErrors(() => posix.readText(posix.AT_FDCWD, `${path}/${name}`, ENTRY_MAX_BYTES)) ?? "";
  return names.map((name) => readEntry(kind, name, text(name)));
}

/** @throws {PosixError} */
function namesIn(path: string): string[] {
  const directory = Directory.open(path);
  try {
    return posix.readdir(directory.fd).filter(isEntry).sort();
  } finally {
    directory.close();
  }
}
