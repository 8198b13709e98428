/** The files of a package: what each format writes in its own way. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { targetOf } from "../seal.ts";

export const COMMAND_MODE = 0o755;
const TEXT_MODE = 0o644;

/** A regular file or a symbolic link. Directories are not listed: each format creates them. */
export interface Entry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
  /** Where a link leads; then `content` is empty. */
  readonly target?: string;
}

export function text(path: string, content: string, mode = TEXT_MODE): Entry {
  return { path, mode, content: Buffer.from(content) };
}

export function link(path: string, target: string): Entry {
  return { path, mode: 0o777, content: Buffer.alloc(0), target };
}

/**
 * All files and links below a directory, without FIFOs and the like, which a supervisor leaves. The
 * modes are 755 and 644, whatever the umask was when the files were created.
 */
export async function entriesIn(folder: string, to: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((item) => item.isFile() || item.isSymbolicLink())
    .map(({ parentPath, name }) => join(parentPath, name));
  const entries = await Promise.all(
    paths.map((path) => entryOf(path, `${to}${path.slice(folder.length)}`)),
  );
  return inOrder(entries);
}

/** @param to its path in the package */
export async function entryOf(path: string, to: string): Promise<Entry> {
  const target = await targetOf(path);
  if (target !== undefined) return link(to, target);
  const isCommand = ((await stat(path)).mode & 0o100) !== 0;
  return { path: to, mode: isCommand ? COMMAND_MODE : TEXT_MODE, content: await readFile(path) };
}

/** In the same order on every machine: by bytes, not by the locale. */
function inOrder(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
}
