/** Reads the directories needs/ and after/ of a service directory. */
import * as posix from "posix";
import { Directory } from "../base/directory.ts";
import { ignoring, unlessExhausted } from "../base/errors.ts";
import {
  type Dependency,
  type DependencyKind,
  ENTRY_MAX_BYTES,
  isEntry,
  mergeEntries,
  readEntry,
} from "../protocol/dependency.ts";

/** @throws {PosixError} there are entries, and they cannot be read now */
export function readEntries(home: Directory): Dependency[] {
  const [needs, after] = [entriesOf(home, "needs"), entriesOf(home, "after")];
  return mergeEntries(needs, after);
}

function entriesOf(home: Directory, kind: DependencyKind): Dependency[] {
  return listed(home, kind, (name, dir) => readEntry(kind, name, wordsOf(dir, name)));
}

/**
 * The names of the entries of a directory needs/ or after/, without their words.
 *
 * @param path relative to `home`
 * @throws {PosixError} as for {@link readEntries}
 */
export function entryNames(home: Directory, path: string): string[] {
  return listed(home, path, (name) => name);
}

function listed<T>(home: Directory, path: string, take: (name: string, dir: number) => T): T[] {
  const dir = ignoring(["ENOENT", "ENOTDIR"], () => Directory.open(path, home.fd));
  if (dir === undefined) return [];
  try {
    const names = posix.readdir(dir.fd).filter(isEntry).sort();
    return names.map((name) => take(name, dir.fd));
  } finally {
    dir.close();
  }
}

/** An entry may be anything with that name; only a file has words. */
function wordsOf(dir: number, name: string): string {
  return unlessExhausted(() => posix.readText(dir, name, ENTRY_MAX_BYTES)) ?? "";
}
