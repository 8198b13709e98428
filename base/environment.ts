/**
 * An environment, as entries of `NAME=value`.
 *
 * Pure: entries in, values out.
 */

/**
 * The first of the variable's entries, as getenv(3) finds it.
 *
 * @returns `undefined` where there is none; an empty value is one
 */
export function valueIn(environment: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  return environment.find((entry) => entry.startsWith(start))?.slice(start.length);
}
