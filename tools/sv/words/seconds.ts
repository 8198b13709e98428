/**
 * A number of seconds on the command line of a new word.
 *
 * Pure: text in, a number out.
 */

/** Beyond this a timer would not fit: 24 days. */
const SECONDS_MAX = 2_000_000;

/** @returns `undefined` if it is not a number, or too large */
export function secondsIn(text: string): number | undefined {
  const seconds = Number(text);
  return text !== "" && seconds >= 0 && seconds <= SECONDS_MAX ? seconds : undefined;
}
