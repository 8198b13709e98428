/**
 * Examines the entries of the scanned directory: the type of each, and whether it is likely to
 * change in a moment.
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { type ErrorCode, ignoringErrors, isPosixError, NOT_THERE } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { type Entry, isTemporaryName } from "./scan.ts";

/**
 * A new entry is not started until its directory's content, or the link's name, has been unchanged
 * for this long.
 */
const SETTLE_MS = 1_000;

export class Entries {
  readonly #report: Report;
  /** Entries that the last look could not stat, with the error: reported once, not at each look. */
  #unknown = new Map<string, string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** Whether {@link look} could stat every entry. */
  get isComplete(): boolean {
    return this.#unknown.size === 0;
  }

  /**
   * @param names the entries of `home`
   * @param isSettled whether a service directory, identified by its {@link posix.Stat.id}, needs no
   * time to settle
   */
  look(home: Directory, names: readonly string[], isSettled: (id: string) => boolean): Entry[] {
    const reported = this.#unknown;
    this.#unknown = new Map();
    const all = new Set(names);
    return names.map((name) => {
      try {
        const stat = posix.stat(home.fd, name, 0);
        if (stat === undefined) {
          if (exists(home, name)) return this.#unknownEntry(name, NOT_THERE, reported);
          return { name, kind: "other" }; // removed since it was listed
        }
        if ((stat.mode & posix.S_IFMT) !== posix.S_IFDIR) return { name, kind: "other" };
        const settlesInMs = isSettled(stat.id) ? 0 : settling(home, name, stat, all);
        return { name, kind: "directory", id: stat.id, settlesInMs };
      } catch (error) {
        if (!isPosixError(error)) throw error;
        return this.#unknownEntry(name, error, reported);
      }
    });
  }

  #unknownEntry(name: string, error: ErrorCode, reported: ReadonlyMap<string, string>): Entry {
    const { code } = error;
    this.#unknown.set(name, code);
    if (reported.get(name) !== code) this.#report.warn(`unable to stat ${name}`, error);
    return { name, kind: "unknown", gone: ["ENOENT", "ENOTDIR", "ELOOP"].includes(code) };
  }
}

/**
 * Returns how long to leave a new service alone, in milliseconds. A directory that is copied in
 * appears before it is complete; a link leads to a complete one, but may be about to be renamed.
 */
function settling(
  home: Directory,
  name: string,
  stat: posix.Stat,
  names: ReadonlySet<string>,
): number {
  const isNamed = !isTemporaryName(name, names);
  if (isNamed && !isRecent(stat, SETTLE_MS)) return 0;
  const own = ignoringErrors(() => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW));
  if (own === undefined || (own.mode & posix.S_IFMT) !== posix.S_IFLNK) return SETTLE_MS;
  return isNamed || !isRecent(own, SETTLE_MS) ? 0 : SETTLE_MS;
}

/** Whether the entry exists, even as a dangling link. */
function exists(home: Directory, name: string): boolean {
  return ignoringErrors(() => posix.stat(home.fd, name, posix.AT_SYMLINK_NOFOLLOW)) !== undefined;
}

/**
 * Whether the modification time is within `withinMs` of now, before or after: a file server's clock
 * may be ahead. A time further in the future means that the time or the clock was set; it says
 * nothing about a change, and to wait for it could take years.
 */
export function isRecent(stat: posix.Stat, withinMs: number): boolean {
  const { seconds, nanoseconds } = posix.clockReal();
  const ageMs = (seconds - stat.mtimeS) * 1_000 + (nanoseconds - stat.mtimeNs) / 1_000_000;
  return Math.abs(ageMs) < withinMs;
}
