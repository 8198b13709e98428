/**
 * Looks at what is in the directory of services: what each entry is, and whether it is likely to change in a moment.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { type ErrorCode, ignoringErrors, isPosixError, NOT_THERE } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { type Entry, isPassing } from "./scan.ts";

/** A new entry is left alone until the directory's content, or the link's name, has not changed for so long. */
const SETTLE_MS = 1_000;

export class Entries {
  readonly #report: Report;
  /** Entries that could not be looked at the last time, with the reason: told once, not at every look. */
  #unknown = new Map<string, string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** Whether all that {@link look} was asked about could be looked at. */
  get isComplete(): boolean {
    return this.#unknown.size === 0;
  }

  /**
   * @param names what is in `home`
   * @param isSettled whether a service directory, known by its {@link posix.Stat.id}, needs no time to settle
   */
  look(home: Directory, names: readonly string[], isSettled: (id: string) => boolean): Entry[] {
    const told = this.#unknown;
    this.#unknown = new Map();
    const all = new Set(names);
    return names.map((name) => {
      try {
        const stat = posix.stat(home.fd, name, 0);
        if (stat === undefined) {
          if (isThere(home, name)) return this.#cannotTell(name, NOT_THERE, told);
          return { name, kind: "other" }; // taken away since it was listed
        }
        if ((stat.mode & posix.S_IFMT) !== posix.S_IFDIR) return { name, kind: "other" };
        const settlesInMs = isSettled(stat.id) ? 0 : settling(home, name, stat, all);
        return { name, kind: "directory", id: stat.id, settlesInMs };
      } catch (error) {
        if (!isPosixError(error)) throw error;
        return this.#cannotTell(name, error, told);
      }
    });
  }

  #cannotTell(name: string, error: ErrorCode, told: ReadonlyMap<string, string>): Entry {
    const { code } = error;
    this.#unknown.set(name, code);
    if (told.get(name) !== code) this.#report.warn(`unable to stat ${name}`, error);
    return { name, kind: "unknown", gone: ["ENOENT", "ENOTDIR", "ELOOP"].includes(code) };
  }
}

/**
 * How long a new service is left alone, in milliseconds. What is copied into the directory appears before it is complete;
 * what is linked is complete, but the link may be about to get another name.
 */
function settling(
  home: Directory,
  name: string,
  stat: posix.Stat,
  names: ReadonlySet<string>,
): number {
  const isNamed = !isPassing(name, names);
  if (isNamed && !isRecent(stat, SETTLE_MS)) return 0;
  const own = ignoringErrors(() => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW));
  if (own === undefined || (own.mode & posix.S_IFMT) !== posix.S_IFLNK) return SETTLE_MS;
  return isNamed || !isRecent(own, SETTLE_MS) ? 0 : SETTLE_MS;
}

/** Whether there is an entry, if only a link that leads nowhere. */
function isThere(home: Directory, name: string): boolean {
  return ignoringErrors(() => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW)) !== undefined;
}

/**
 * Changed less than `withinMs` ago, or to come within that, by a file server's clock. A time further in the future was
 * set, or the clock was: it says nothing, and to wait until it is over could be to wait for years.
 */
export function isRecent(stat: posix.Stat, withinMs: number): boolean {
  const { seconds, nanoseconds } = posix.clockReal();
  const ageMs = (seconds - stat.mtimeS) * 1_000 + (nanoseconds - stat.mtimeNs) / 1_000_000;
  return Math.abs(ageMs) < withinMs;
}
