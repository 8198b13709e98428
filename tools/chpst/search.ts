/**
 * Where a program is looked for.
 *
 * Pure: names in, paths out.
 * Source: runit 2.1.2, the search of chpst and runsvdir.
 */

/** Where it is looked for without a PATH. */
const PATH_DEFAULT = "/bin:/usr/bin";

/** What a try may fail with without being the last. Source: runit 2.1.2. */
export const SEARCH_ON: readonly string[] = ["ENOENT", "EACCES", "EPERM", "EISDIR"];

/**
 * The paths to try, one after the other: a name with a slash stands for itself, any other is looked for in the
 * directories of PATH, of which an empty one is the current directory.
 */
export function candidates(name: string, path: string | undefined): readonly string[] {
  if (name.includes("/")) return [name];
  return (path ?? PATH_DEFAULT).split(":").map((directory) => `${directory || "."}/${name}`);
}
