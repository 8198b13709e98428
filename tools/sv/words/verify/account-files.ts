/**
 * Lists the users and groups of the machine, if they are all in /etc/passwd and /etc/group.
 *
 * Source: nsswitch.conf(5), passwd(5), group(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
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
