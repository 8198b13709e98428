/**
 * Lists the users and groups of the machine, if they are all in /etc/passwd and /etc/group.
 *
 * Source: nsswitch.conf(5), passwd(5), group(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import type { FileUser } from "../why/file-access.ts";
import type { Accounts } from "./accounts.ts";

const FILE_MAX_BYTES = 4 << 20;
/** Databases that have no other names than the files, but for those that systemd makes up. */
const LOCAL = ["files", "compat", "systemd"];

/** @returns `undefined` if there may be others, as with LDAP */
export function listAccounts(): Accounts | undefined {
  const databases = (read("/etc/nsswitch.conf") ?? "").split("\n");
  const isLocal = ["passwd:", "group:"].every((database) => {
    const line = databases.find((one) => one.startsWith(database)) ?? database;
    return line.slice(database.length).split(" ").every(isLocalSource);
  });
  const [users, groups] = [read("/etc/passwd"), read("/etc/group")];
  if (!isLocal || users === undefined || groups === undefined) return undefined;
  return { users: namesIn(users), groups: namesIn(groups) };
}

/**
 * The user and groups of `USER` or `USER:GROUP...`, as chpst takes them: without groups, the one of
 * the user alone.
 *
 * @returns `undefined` if one of them is not in the files
 */
export function fileUserNamed(names: string): FileUser | undefined {
  const [name = "", ...groups] = names.split(":");
  const [, , uid, gid] = lineOf(read("/etc/passwd"), name) ?? [];
  if (uid === undefined || gid === undefined) return undefined;
  const gids = groups.map((group) => lineOf(read("/etc/group"), group)?.[2]);
  if (gids.includes(undefined)) return undefined;
  return { uid: Number(uid), gids: (groups.length > 0 ? gids : [gid]).map(Number) };
}

function lineOf(database: string | undefined, name: string): readonly string[] | undefined {
  const line = database?.split("\n").find((one) => one.startsWith(`${name}:`));
  return name === "" ? undefined : line?.split(":");
}

function isLocalSource(word: string): boolean {
  const plain = word.trim();
  return plain === "" || plain.startsWith("[") || plain.endsWith("]") || LOCAL.includes(plain);
}

function namesIn(database: string): ReadonlySet<string> {
  return new Set(database.split("\n").map((line) => line.split(":", 1)[0] ?? ""));
}

function read(path: string): string | undefined {
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, FILE_MAX_BYTES));
}
