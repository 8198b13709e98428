/**
 * Groups by name. Unlike chpst, reads /etc/group alone: a supervisor waits for no network.
 *
 * Source: group(5), passwd(5).
 */
import * as posix from "posix";

const GROUPS = "/etc/group";
const USERS = "/etc/passwd";
const FILE_MAX_BYTES = 4 << 20;
const ID_MAX = 0xffff_fffe;

/**
 * The number of a group, by its name or number.
 *
 * @returns `undefined` if there is none of that name
 * @throws {PosixError}
 */
export function groupId(name: string): number | undefined {
  return numberIn(name) ?? numberIn(fieldsOf(GROUPS, name)?.[2] ?? "");
}

/**
 * The other users in the group that has the name of a user and is this user's primary group.
 *
 * @returns `no user`, `no group`: there is none
 * @throws {PosixError}
 */
export function othersInGroupOf(user: string): readonly string[] | "no user" | "no group" {
  const primary = fieldsOf(USERS, user)?.[3];
  if (primary === undefined) return "no user";
  const [, , id, members = ""] = fieldsOf(GROUPS, user) ?? [];
  if (id !== primary) return "no group";
  const named = members.split(",").filter((member) => member !== "");
  const byPrimary = linesOf(USERS)
    .map((line) => line.split(":"))
    .flatMap(([name = "", , , group]) => (group === id ? [name] : []));
  return [...new Set([...byPrimary, ...named])].filter((name) => name !== user);
}

function fieldsOf(path: string, name: string): readonly string[] | undefined {
  return linesOf(path)
    .find((line) => line.startsWith(`${name}:`))
    ?.split(":");
}

function linesOf(path: string): readonly string[] {
  return (posix.readText(posix.AT_FDCWD, path, FILE_MAX_BYTES) ?? "").split("\n");
}

function numberIn(text: string): number | undefined {
  const isNumber = text !== "" && [...text].every((digit) => digit >= "0" && digit <= "9");
  return isNumber && Number(text) <= ID_MAX ? Number(text) : undefined;
}
