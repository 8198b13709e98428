/**
 * The paths of a program that is named without a slash.
 *
 * Pure: names in, paths out.
 * Source: runit 2.1.2, the search of chpst and runsvdir.
 */

/** The search path if PATH is not set. */
const PATH_DEFAULT = "/bin:/usr/bin";

/** The search goes on after these errors. Source: runit 2.1.2. */
export const SEARCH_ON: readonly string[] = ["ENOENT", "EACCES", "EPERM", "EISDIR"];

/**
 * The paths to try, in this order. A name with a slash is a path; any other is searched in the
 * directories of PATH, and an empty one of these is the current directory.
 */
export function candidates(name: string, path: string | undefined): readonly string[] {
  if (name.includes("/")) return [name];
  return (path ?? PATH_DEFAULT).split(":").map((directory) => `${directory || "."}/${name}`);
}
