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
 * Whether a user has a group of the same name as primary group, with no other member.
 *
 * @returns `undefined` if there is no such user
 * @throws {PosixError}
 */
export function hasOwnGroup(user: string): boolean | undefined {
  const primary = fieldsOf(USERS, user)?.[3];
  if (primary === undefined) return undefined;
  const [, , id, members = ""] = fieldsOf(GROUPS, user) ?? [];
  return id === primary && (members === "" || members === user);
}

function fieldsOf(path: string, name: string): readonly string[] | undefined {
  const text = posix.readText(posix.AT_FDCWD, path, FILE_MAX_BYTES) ?? "";
  const line = text.split("\n").find((one) => one.startsWith(`${name}:`));
  return line?.split(":");
}

function numberIn(text: string): number | undefined {
  const isNumber = text !== "" && [...text].every((digit) => digit >= "0" && digit <= "9");
  return isNumber && Number(text) <= ID_MAX ? Number(text) : undefined;
}
