/**
 * What a database says about a user or a group: a line each, fields between colons, in /etc/passwd and /etc/group and
 * in the answers of getent(1).
 *
 * Pure: text in, ids out; databases.ts reads and asks.
 * Source: passwd(5), group(5).
 */
import { isDigits, parseId } from "./ids.ts";

/** What begins so is no account, for the C library: a comment, an entry of NIS, a blank before a name. */
const NO_NAME_BEGINS_WITH = "#+- \t\v\f\r";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** The user that a line is about; `undefined` for a line that is of no use. */
export function userOf(line: string): User | undefined {
  const [, , uid, gid] = line.split(":");
  const ids = { uid: parseId(uid ?? ""), gid: parseId(gid ?? "") };
  return ids.uid === undefined || ids.gid === undefined ? undefined : (ids as User);
}

/** The id of the group that a line is about. */
export function groupOf(line: string): number | undefined {
  const [, , gid] = line.split(":");
  return parseId(gid ?? "");
}

/** What `read` makes of the first line about `name` that is of use. */
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

/** Whether getent(1) would take this for a name: it takes a number for an id, and a hyphen for an option. */
export function isAskable(name: string): boolean {
  const unsigned = name.startsWith("+") ? name.slice(1) : name.trimStart();
  return !name.startsWith("-") && !isDigits(unsigned) && unsigned !== "";
}
