/**
 * An environment, as entries of `NAME=value`.
 *
 * Pure: entries in, values out.
 */

/**
 * Returns the value of the first entry for `name`, as getenv(3) does.
 *
 * @returns `undefined` if there is none; an empty value counts as one
 */
export function getVariable(environment: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  return environment.find((entry) => entry.startsWith(start))?.slice(start.length);
}
