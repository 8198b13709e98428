/** The services of one directory. */
import { resolve } from "node:path";
import { setImmediate as othersRun } from "node:timers/promises";
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { isPosixError, reason } from "../../../base/errors.ts";
import { servicesHome } from "../../../tools/sv/home.ts";
import { NamedService } from "../../../tools/sv/service.ts";
import { isSupervisable } from "../../../tools/sv/words/supervisable.ts";
import { viewOf } from "../../../tools/sv/words/view.ts";
import { fromBytes, toBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { defineParts } from "./parts.ts";
import { type LinkOptions, link, type RemoveOptions, remove } from "./placing.ts";
import { Service } from "./service.ts";
import { ServiceError } from "./service-error.ts";
import type { ServiceStatus } from "./status.ts";
import { statusOf } from "./view-status.ts";
import { watchServices } from "./watch.ts";

defineParts();

/** How many services {@link Services.list} looks at before other callbacks run; some 3 ms. */
const LOOKS_AT_ONCE = 32;

export class Services {
  /** As a byte string. */
  readonly #home: string;
  readonly #ended = new AbortController();

  /**
   * @param directory the directory of the services; without it, the one that `sv` takes: `SVDIR` in
   * the environment, else the first that exists of `/etc/service`, `/service`, `/var/service`,
   * `/run/runit/service`, `/etc/runit/runsvdir/current`
   */
  constructor(directory?: string) {
    // Absolute, so that a later change of the current directory has no effect.
    this.#home = toBytes(resolve(directory ?? fromBytes(servicesHome())));
  }

  /** Ends the watches, and lets the other calls reject. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new DOMException("Services was disposed", "AbortError"));
  }

  get directory(): string {
    return fromBytes(this.#home);
  }

  /**
   * The service of that name, whether it exists or not. `NAME/log` is the log service of `NAME`.
   *
   * @param name bytes for a name that is not UTF-8, in which `list()` has U+FFFD; `readdir` with
   * `{ encoding: "buffer" }` shows them
   * @throws {TypeError} no service has such a name
   */
  get(name: string | Uint8Array): Service {
    const bytes = toBytes(name);
    if (!isName(bytes)) throw notAName(name);
    return new Service(this.#named(bytes), this.#ended.signal);
  }

  /**
   * The present state of all services, in the order of their names. One that cannot be looked at is
   * in the list, with the state `unreadable` or `unsupervised`.
   *
   * @throws {ServiceError} the directory cannot be read
   */
  async list({ signal }: CallOptions = {}): Promise<ServiceStatus[]> {
    signal?.throwIfAborted();
    const statuses: ServiceStatus[] = [];
    const now = posix.clockReal();
    for (const [index, name] of this.#names().entries()) {
      if (index % LOOKS_AT_ONCE === LOOKS_AT_ONCE - 1) {
        await othersRun();
        signal?.throwIfAborted();
      }
      const service = this.#named(name);
      if (isSupervisable(service)) statuses.push(statusOf(viewOf(service, { now })));
    }
    return statuses;
  }

  /**
   * The present state of each service, then each change of one, and `removed` when its entry has
   * gone. If changes come faster than they are taken, there is only the newest of each service;
   * `restarts` shows that something was missed. `break` and `return()` close everything.
   *
   * @throws {ServiceError} the directory cannot be read at the beginning
   */
  watch(options: CallOptions = {}): AsyncIterableIterator<ServiceStatus, undefined> {
    const read = (): ReadonlyMap<string, NamedService> =>
      new Map(
        this.#names()
          .map((name) => this.#named(name))
          .filter(isSupervisable)
          .map((service) => [service.name, service]),
      );
    return watchServices(this.#home, read, options, this.#ended.signal);
  }

  /**
   * Links a service directory into the directory, and resolves when it has a supervisor. Nothing
   * changes if it is linked already.
   *
   * @param directory with `run`
   * @throws {ServiceError} `NO_SERVICE`: it is no service directory; `FAILED`: something else has
   * the name, or it is linked or supervised already
   */
  async link(directory: string, options: LinkOptions = {}): Promise<Service> {
    const { name } = options;
    if (name !== undefined && !isEntry(name)) throw notAName(name);
    const names = name === undefined ? {} : { name: toBytes(name) };
    const path = toBytes(resolve(directory));
    const service = await link(this.#home, path, { ...options, ...names }, this.#ended.signal);
    return new Service(service, this.#ended.signal);
  }

  /**
   * Stops a service, removes its link, and resolves when its supervisor has gone. The service
   * directory stays. `timeoutMs` comes on top of the service's own limits.
   *
   * @param name as for {@link get}
   * @throws {ServiceError} `TIMEOUT`: it does not stop, and the link stays
   */
  async remove(name: string | Uint8Array, options: RemoveOptions = {}): Promise<void> {
    const bytes = toBytes(name);
    if (!isEntry(bytes)) throw notAName(name);
    await remove(this.#home, bytes, options, this.#ended.signal);
  }

  #named(name: string): NamedService {
    return new NamedService(name, `${this.#home}/${name}`);
  }

  /** The entries that runsvdir looks at. */
  #names(): string[] {
    try {
      const directory = Directory.open(this.#home);
      try {
        const names = posix.readdir(directory.fd);
        return names.filter((name) => !name.startsWith(".")).sort();
      } finally {
        directory.close();
      }
    } catch (error) {
      if (!isPosixError(error)) throw error;
      const isDenied = error.code === "EACCES";
      const code = error.code === "ENOENT" ? "NO_SERVICE" : isDenied ? "ACCESS_DENIED" : "FAILED";
      const text = `unable to read ${this.directory}: ${reason(error)}`;
      throw new ServiceError({ code, service: "", text, cause: error });
    }
  }
}

function notAName(name: string | Uint8Array): TypeError {
  const text = typeof name === "string" ? name : fromBytes(toBytes(name));
  return new TypeError(`not the name of a service: ${JSON.stringify(text)}`);
}

function isName(name: string): boolean {
  return isEntry(name.endsWith("/log") ? name.slice(0, -"/log".length) : name);
}

function isEntry(entry: string): boolean {
  return entry !== "" && !entry.startsWith(".") && !/[/\0]/.test(entry);
}
