/**
 * The place of a service: the services that it depends on are beside it, in the same scanned
 * directory.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import type { Dependency } from "../protocol/dependency.ts";

export interface EntryPlace {
  /** The scanned directory, an absolute path. */
  readonly scanned: string;
  /** The name of its entry. */
  readonly name: string;
}

/** The path of a directory that is open; `undefined` without /proc. */
export function pathOfOpen(fd: number): string | undefined {
  const path = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, `/proc/self/fd/${fd}`));
  return path?.startsWith("/") === true ? path : undefined;
}

/**
 * The place of the service directory that a user has named: beside it are the entries of the
 * directory in its path, also if it is a link. Call this before the current directory changes.
 *
 * @param dir the path as given; one that ends in `.` or `..` has no name, so its real path counts
 * @param home the descriptor of the directory
 */
export function placeOf(dir: string, home: number): EntryPlace | undefined {
  const words = dir.split("/").filter((word) => word !== "");
  const name = words.at(-1) ?? ".";
  if (name === "." || name === "..") return splitPath(pathOfOpen(home));
  if (dir.startsWith("/")) return splitPath(`/${words.join("/")}`);
  const current = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, "/proc/self/cwd"));
  if (current === undefined) return undefined;
  return splitPath(`${current === "/" ? "" : current}/${words.join("/")}`);
}

function splitPath(path: string | undefined): EntryPlace | undefined {
  const at = path?.lastIndexOf("/") ?? -1;
  if (path === undefined || at < 0 || at === path.length - 1) return undefined;
  return { scanned: path.slice(0, at) || "/", name: path.slice(at + 1) };
}

/** The path of another service, which an entry names. */
export function siblingPath(
  scanned: string,
  { name, dir }: Pick<Dependency, "name" | "dir">,
): string {
  if (dir?.startsWith("/") === true) return dir;
  return `${scanned === "/" ? "" : scanned}/${dir ?? name}`;
}
