/** Users and groups of this machine. */
import { readFileSync } from "node:fs";
import type { Note, Place } from "./note.ts";

const PASSWD = "/etc/passwd";
const GROUP = "/etc/group";

function rowsOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

function accountOf(user: string): readonly string[] | undefined {
  return rowsOf(PASSWD).find(([name, , uid]) => name === user || uid === user);
}

/**
 * A note if this machine has no such user, so that the groups are unknown.
 *
 * @param option what named the user
 */
export function accountNotes(
  user: string | undefined,
  { file, line }: Place,
  option: string,
): readonly Note[] {
  if (user === undefined || accountOf(user) !== undefined) return [];
  return [{ file, line, text: `${option}: this machine has no user ${user}` }];
}

/**
 * A user with all groups that `initgroups` would give, as `chpst -u` takes them; the name alone if
 * the user has but the own group, or is unknown here.
 */
export function withGroups(user: string): string {
  const account = accountOf(user);
  if (account === undefined) return /^\d+$/.test(user) ? `:${user}:${user}` : user;
  const [name = user, , , gid] = account;
  const groups = rowsOf(GROUP);
  const own = groups.find(([, , number]) => number === gid)?.[0];
  const others = groups.filter(
    ([group, , , members = ""]) => group !== own && members.split(",").includes(name),
  );
  if (others.length === 0 || own === undefined) return name;
  return [name, own, ...others.map(([group]) => group)].join(":");
}

/** HOME, USER, LOGNAME and SHELL of a user, if this machine has the user. */
export function accountVariables(user: string | undefined): readonly (readonly [string, string])[] {
  const [name, , , , , home, shell] = (user === undefined ? undefined : accountOf(user)) ?? [];
  if (name === undefined || home === undefined || shell === undefined) return [];
  return [
    ["HOME", home],
    ["USER", name],
    ["LOGNAME", name],
    ["SHELL", shell],
  ];
}
