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
import { Service } from "./service.ts";
import { ServiceError } from "./service-error.ts";
import type { ServiceStatus } from "./status.ts";
import { statusOf } from "./view-status.ts";

/** How many services {@link Services.list} looks at before other callbacks run; some 3 ms. */
const LOOKS_AT_ONCE = 32;

export class Services {
  /** As a byte string. */
  readonly #home: string;

  /**
   * @param directory the directory of the services; without it, the one that `sv` takes: `SVDIR` in
   * the environment, else the first that exists of `/etc/service`, `/service`, `/var/service`,
   * `/run/runit/service`, `/etc/runit/runsvdir/current`
   */
  constructor(directory?: string) {
    // Absolute, so that a later change of the current directory has no effect.
    this.#home = toBytes(resolve(directory ?? fromBytes(servicesHome())));
  }

  get directory(): string {
    return fromBytes(this.#home);
  }

  /**
   * The service of that name, whether it exists or not. `NAME/log` is the log service of `NAME`.
   *
   * @throws {TypeError} no service has such a name
   */
  get(name: string): Service {
    if (!isName(name)) throw new TypeError(`not the name of a service: ${JSON.stringify(name)}`);
    return new Service(this.#named(toBytes(name)));
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

function isName(name: string): boolean {
  const entry = name.endsWith("/log") ? name.slice(0, -"/log".length) : name;
  return entry !== "" && !entry.startsWith(".") && !/[/\0]/.test(entry);
}
