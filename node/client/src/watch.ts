/** Watches services: the present state of each, then its changes. */

import type { NamedService } from "../../../tools/sv/service.ts";
import { ServiceObserver } from "../../../tools/sv/words/service-observer.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { Changes, type Source } from "./changes.ts";
import { ServiceError } from "./service-error.ts";
import { NodeServiceEvents } from "./service-events.ts";
import type { ServiceStatus } from "./status.ts";
import { statusOf } from "./view-status.ts";

/** How many services to look at for the first time before other callbacks run; some 5 ms. */
const LOOKS_AT_ONCE = 32;
/** How often to read the directory beside its events: its path may lead elsewhere. */
const RESCAN_MS = 5_000;

/** The services of a directory, by their names as byte strings. @throws if it cannot be read */
type ReadServices = () => ReadonlyMap<string, NamedService>;

export function watchService(
  service: NamedService,
  options: CallOptions,
  ended: AbortSignal,
): AsyncIterableIterator<ServiceStatus, undefined> {
  const open = (put: Put) => new Observed(service, put);
  return new Changes(sourceOf(fromBytes(service.name), open, options), options, ended);
}

/** @param home the directory, as a byte string */
export function watchServices(
  home: string,
  read: ReadServices,
  options: CallOptions,
  ended: AbortSignal,
): AsyncIterableIterator<ServiceStatus, undefined> {
  const open = (put: Put) => new DirectoryWatch(home, read, put);
  return new Changes(sourceOf("", open, options), options, ended);
}

/** @param name of the service for an error; empty if there are several */
function sourceOf(
  name: string,
  open: (put: Put) => Observed | DirectoryWatch,
  options: CallOptions,
): Source<ServiceStatus> {
  let watch: Observed | DirectoryWatch | undefined;
  return {
    begin: (put) => {
      watch = open(put);
      watch.begin();
    },
    end: () => watch?.end(),
    onTimeout: () => timeoutError(name, options),
  };
}

function timeoutError(service: string, { timeoutMs }: CallOptions): ServiceError {
  return new ServiceError({ code: "TIMEOUT", service, text: `watched for ${timeoutMs} ms` });
}

type Put = (key: string, status: ServiceStatus) => void;

/** A service that is looked at after each change. */
class Observed {
  readonly #service: NamedService;
  readonly #put: Put;
  readonly #events = new NodeServiceEvents();
  readonly #observer: ServiceObserver;
  #seen: string | undefined;

  constructor(service: NamedService, put: Put) {
    this.#service = service;
    this.#put = put;
    this.#observer = new ServiceObserver(service, this.#events, (view) => {
      const status = statusOf(view);
      const seen = identity(status);
      if (seen === this.#seen) return;
      this.#seen = seen;
      this.#put(service.name, status);
    });
  }

  begin(): void {
    this.#observer.begin();
  }

  end(): void {
    this.#observer.end();
    this.#events.end();
  }

  /** Its entry has gone. */
  remove(): void {
    this.end();
    const service = fromBytes(this.#service.name);
    this.#put(this.#service.name, {
      service,
      directory: fromBytes(this.#service.path),
      observedMs: Date.now(),
      state: "removed",
      error: new ServiceError({ code: "REMOVED", service, text: "was removed" }),
    });
  }
}

/** What makes two statuses the same, beside the time of the look. */
function identity(status: ServiceStatus): string {
  const error = "error" in status ? status.error.message : undefined;
  return JSON.stringify({ ...status, observedMs: 0, error });
}

class DirectoryWatch {
  readonly #home: string;
  readonly #read: ReadServices;
  readonly #put: Put;
  readonly #events = new NodeServiceEvents();
  readonly #observed = new Map<string, Observed>();
  /** Found, and not looked at yet. */
  readonly #fresh: Observed[] = [];

  constructor(home: string, read: ReadServices, put: Put) {
    this.#home = home;
    this.#read = read;
    this.#put = put;
  }

  begin(): void {
    this.#take(this.#read());
    this.#rescan();
  }

  end(): void {
    this.#events.end();
    for (const observed of this.#observed.values()) observed.end();
    this.#observed.clear();
    this.#fresh.length = 0;
  }

  readonly #onChange = (): void => {
    let services: ReadonlyMap<string, NamedService>;
    try {
      services = this.#read();
    } catch {
      services = new Map(); // it may come back
    }
    this.#take(services);
  };

  #rescan(): void {
    this.#events.watch(this.#home, undefined, this.#onChange);
    this.#onChange();
    this.#events.after(RESCAN_MS, () => this.#rescan());
  }

  #take(services: ReadonlyMap<string, NamedService>): void {
    for (const [name, observed] of [...this.#observed]) {
      if (services.has(name)) continue;
      this.#observed.delete(name);
      observed.remove();
    }
    const isIdle = this.#fresh.length === 0;
    for (const [name, service] of services) {
      if (this.#observed.has(name)) continue;
      const observed = new Observed(service, this.#put);
      this.#observed.set(name, observed);
      this.#fresh.push(observed);
    }
    if (isIdle) this.#beginFresh();
  }

  #beginFresh(): void {
    for (const observed of this.#fresh.splice(0, LOOKS_AT_ONCE)) observed.begin();
    if (this.#fresh.length > 0) this.#events.after(0, () => this.#beginFresh());
  }
}
