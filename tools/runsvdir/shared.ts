/**
 * Finds services that share one supervise/. The supervisor there could be that of any of them, so
 * runsvdir treats it as nobody's: otherwise a user who can make `supervise` a link could have
 * another service stopped in place of their own.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";

export class SharedSupervise {
  readonly home: Directory;
  readonly #names: () => Iterable<string>;
  /** How many services have it, by its {@link posix.Stat.id}; counted on first use. */
  #counts: Map<string, number> | undefined;

  /** @param names the names of all services in `home` */
  constructor(home: Directory, names: () => Iterable<string>) {
    this.home = home;
    this.#names = names;
  }

  /**
   * Whether `supervise` of the service `name` is a link, to a directory that another service has
   * too.
   */
  has(name: string): boolean {
    const flags = posix.AT_SYMLINK_NOFOLLOW;
    const own = ignoringErrors(() => posix.stat(this.home.fd, `${name}/supervise`, flags));
    if (own === undefined || (own.mode & posix.S_IFMT) !== posix.S_IFLNK) return false;
    const id = this.#idOf(name);
    return id === undefined || (this.#count().get(id) ?? 0) > 1;
  }

  #count(): ReadonlyMap<string, number> {
    if (this.#counts !== undefined) return this.#counts;
    const counts = new Map<string, number>();
    for (const name of this.#names()) {
      const id = this.#idOf(name);
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    this.#counts = counts;
    return counts;
  }

  #idOf(name: string): string | undefined {
    return ignoringErrors(() => this.home.stat(`${name}/supervise`))?.id;
  }
}
