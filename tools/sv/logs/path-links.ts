/**
 * The symbolic links on the way to a file, as the kernel looks it up.
 *
 * Source: path_resolution(7).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";

/** The kernel follows no more. */
const LINKS_MAX = 40;

/** @returns their paths; fewer if the way ends before the file */
export function linksOn(path: string): readonly string[] {
  const links: string[] = [];
  let rest = path.split("/");
  let at = path.startsWith("/") ? "" : ".";
  while (rest.length > 0 && links.length < LINKS_MAX) {
    const [name = "", ...others] = rest;
    rest = others;
    if (name === "" || name === ".") continue;
    const next = `${at}/${name}`;
    const target = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, next));
    if (target === undefined) {
      at = next;
      continue;
    }
    links.push(next);
    if (target.startsWith("/")) at = "";
    rest = [...target.split("/"), ...rest];
  }
  return links;
}

/** The path without links; `undefined` if there is no such directory. */
export function realPath(path: string): string | undefined {
  return ignoringErrors(() => {
    const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readlink(posix.AT_FDCWD, `/proc/self/fd/${fd}`);
    } finally {
      posix.close(fd);
    }
  });
}
