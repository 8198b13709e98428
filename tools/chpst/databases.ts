/**
 * Looks up users and groups in /etc/passwd and /etc/group, and runs getent for names that are not
 * there (LDAP, systemd).
 */
import * as posix from "posix";
import { type Database, firstAbout, groupOf, isAskable, type User, userOf } from "./accounts.ts";

/**
 * Where to look up names: `"files"` only reads files, which may be another root's; `"all"` also
 * executes getent, which must be that of the original root.
 */
export type Scope = "files" | "all";

/** @throws {PosixError} the database cannot be read */
export const userByName = (name: string, scope: Scope): User | undefined =>
  lookUp("passwd", name, scope, userOf);
/** @throws {PosixError} as {@link userByName} */
export const groupByName = (name: string, scope: Scope): number | undefined =>
  lookUp("group", name, scope, groupOf);

function lookUp<T>(
  database: Database,
  name: string,
  scope: Scope,
  read: (line: string) => T | undefined,
): T | undefined {
  const file = posix.readText(posix.AT_FDCWD, `/etc/${database}`) ?? "";
  const inFile = firstAbout(name, file, read);
  if (inFile !== undefined || scope === "files" || !isAskable(name)) return inFile;
  const { answerOf } = posix.load("chpst/getent") as typeof import("./getent.ts");
  return read(answerOf(database, name)); // it may have the name in another spelling
}
