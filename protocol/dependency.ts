/**
 * The entries of `needs/` and `after/` in a service directory: the name of an entry is the name of
 * another service in the same scanned directory. An entry is a file, usually empty. It may contain
 * words, separated by white space: `restart`, and `dir=DIR`, the service directory if that is
 * elsewhere. Unknown words are ignored.
 *
 * Pure: text in, values out.
 */

/** The longest text of an entry that is read. */
export const ENTRY_MAX_BYTES = 4_096;

export const DEPENDENCY_KINDS = ["needs", "after"] as const;

export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

/** A service that this one needs, or comes after. */
export interface Dependency {
  readonly kind: DependencyKind;
  readonly name: string;
  /** Its service directory, if the entry names one. */
  readonly dir: string | undefined;
  /** Restart this service when the other one is ready again after a restart. */
  readonly restarts: boolean;
}

/** @param words the text of the entry */
export function readEntry(kind: DependencyKind, name: string, words: string): Dependency {
  const list = words.replaceAll("\n", " ").replaceAll("\t", " ").split(" ");
  const place = list.find((word) => word.startsWith(PLACE) && word.length > PLACE.length);
  return {
    kind,
    name,
    dir: place?.slice(PLACE.length),
    restarts: kind === "needs" && list.includes("restart"),
  };
}

const PLACE = "dir=";

/** Whether a name in `needs/` or `after/` is an entry: editors leave names with a dot in front. */
export function isEntry(name: string): boolean {
  return !name.startsWith(".");
}

/** Joins the entries of both directories; `needs` counts if a service is in both. */
export function mergeEntries(
  needs: readonly Dependency[],
  after: readonly Dependency[],
): Dependency[] {
  const needed = new Set(needs.map(({ name }) => name));
  return [...needs, ...after.filter(({ name }) => !needed.has(name))];
}
