/**
 * Lines about users and groups, with colons between their fields, as /etc/passwd, /etc/group and
 * getent(1) have them.
 *
 * Pure: text in, ids out; databases.ts does the reading.
 * Source: passwd(5), group(5).
 */
import { isDigits } from "../../base/digits.ts";
import { parseId } from "./ids.ts";

/**
 * The C library ignores a line that begins so: a comment, an entry of NIS, a blank before a name.
 */
const NO_NAME_BEGINS_WITH = "#+- \t\v\f\r";

export type Database = "passwd" | "group";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user that a line describes; `undefined` if the line is invalid. */
export function userOf(line: string): User | undefined {
  const [, , uid, gid] = line.split(":");
  const ids = { uid: parseId(uid ?? ""), gid: parseId(gid ?? "") };
  return ids.uid === undefined || ids.gid === undefined ? undefined : (ids as User);
}

/** The id of the group that a line describes; `undefined` if the line is invalid. */
export function groupOf(line: string): number | undefined {
  const [, , gid] = line.split(":");
  return parseId(gid ?? "");
}

/** The result of `read` for the first valid line about `name`. */
export function firstAbout<T>(
  name: string,
  database: string,
  read: (line: string) => T | undefined,
): T | undefined {
  if (name !== "" && NO_NAME_BEGINS_WITH.includes(name.charAt(0))) return undefined;
  for (const line of database.split("\n")) {
    if (!line.startsWith(name) || line.split(":", 1)[0] !== name) continue;
    const found = read(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Whether getent(1) reads this as a name: it reads a number as an id, and a hyphen as an option.
 */
export function isAskable(name: string): boolean {
  const unsigned = name.startsWith("+") ? name.slice(1) : name.trimStart();
  return !name.startsWith("-") && !isDigits(unsigned) && unsigned !== "";
}
