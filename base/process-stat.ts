/**
 * The fields of /proc/PID/stat.
 *
 * Pure: text in, text out.
 * Source: proc_pid_stat(5).
 */

/** Indexes in {@link statFields}. */
export const STATE_FIELD = 0;
export const PARENT_FIELD = 1;
export const GROUP_FIELD = 2;
export const SESSION_FIELD = 3;
/** In clock ticks since the boot. */
export const START_FIELD = 19;

/** The first field that is a number comes after the state, which is one letter. */
export const STATE_LENGTH = 2;

/** The pid, the name and the parentheses are shorter. The name of a kernel thread has 63 bytes. */
const NAME_END_MAX = 96;

/**
 * The first `count` fields, counted from the state. What precedes them is the pid and the name,
 * which is in parentheses and may itself have blanks and parentheses.
 */
export function statFields(text: string, count: number): string[] {
  return text.slice(fieldsAt(text)).split(" ", count);
}

/** Where the fields begin, in the whole text. */
export function fieldsAt(text: string): number {
  return text.lastIndexOf(")", NAME_END_MAX) + 2;
}
