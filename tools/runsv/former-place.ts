/**
 * Finds the place of a service after a re-exec from a version that does not hand it over. The path
 * in the command line may be relative to the current directory at the start, and runsv has left
 * that one. This is the part runsv/former-place.
 *
 * Source: proc_pid_cwd(5), proc_pid_cmdline(5).
 */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { readEntries } from "../../supervisor/dependency-entries.ts";
import { type EntryPlace, placeOf, siblingPath } from "../../supervisor/place.ts";

/** Enough for the words of runsvdir before its log. */
const COMMAND_LINE_BYTES = 4_096;

/**
 * @param dir the path in the command line
 * @param home the service directory
 * @returns `undefined` if it cannot be found: with a wrong place, the services that this one needs
 * would not exist, and runsv would stop it
 */
export function formerPlace(dir: string, home: Directory): EntryPlace | undefined {
  if (dir.startsWith("/")) return placeOf(dir, home.fd);
  const id = posix.fstat(home.fd).id;
  const path = startDirectories()
    .map((start) => `${start}/${dir}`)
    .find((path) => idOf(path) === id);
  if (path !== undefined) return placeOf(path, home.fd);
  const place = placeOf(".", home.fd);
  return place !== undefined && isPlausible(place, dir, home) ? place : undefined;
}

/**
 * The directories in which the parent may have started this process: its current directory, as a
 * shell does, or one that its command line names, as runsvdir does.
 */
function startDirectories(): readonly string[] {
  const parent = `/proc/${posix.getppid()}`;
  const current = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, `${parent}/cwd`));
  if (current === undefined) return [];
  const line = ignoringErrors(() =>
    posix.readText(posix.AT_FDCWD, `${parent}/cmdline`, COMMAND_LINE_BYTES),
  );
  const words = line?.split("\0").slice(1) ?? [];
  return [current, ...words.map((word) => (word.startsWith("/") ? word : `${current}/${word}`))];
}

/**
 * Whether the real path of the service directory gives its place. It does not if the entry is a
 * link to a directory that has another name, or other neighbours.
 */
function isPlausible({ scanned, name }: EntryPlace, dir: string, home: Directory): boolean {
  const given = dir.split("/").findLast((word) => word !== "");
  if (given !== name && given !== "." && given !== "..") return false;
  const needs = ignoringErrors(() => readEntries(home))?.filter(({ kind }) => kind === "needs");
  return needs?.every((entry) => idOf(siblingPath(scanned, entry)) !== undefined) === true;
}

function idOf(path: string): string | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
}
