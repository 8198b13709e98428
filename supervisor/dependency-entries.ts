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
  const dir = ignoring(["ENOENT", "ENOTDIR"], () => Directory.open(kind, home.fd));
  if (dir === undefined) return [];
  try {
    const names = posix.readdir(dir.fd).filter(isEntry).sort();
    return names.map((name) => readEntry(kind, name, wordsOf(dir, name)));
  } finally {
    dir.close();
  }
}

/** An entry may be anything with that name; only a file has words. */
function wordsOf(dir: Directory, name: string): string {
  return unlessExhausted(() => posix.readText(dir.fd, name, ENTRY_MAX_BYTES)) ?? "";
}
