/**
 * Looks up users and groups: in /etc/passwd and /etc/group, and for names that are not there (LDAP, systemd) asks
 * getent.
 */
import * as posix from "posix";
import { firstAbout, groupOf, isAskable, type User, userOf } from "./accounts.ts";

/** @throws {PosixError} the database cannot be read */
export const userByName = (name: string): User | undefined => lookUp("passwd", name, userOf);
/** @throws {PosixError} as {@link userByName} */
export const groupByName = (name: string): number | undefined => lookUp("group", name, groupOf);

export type Database = "passwd" | "group";

function lookUp<T>(
  database: Database,
  name: string,
  read: (line: string) => T | undefined,
): T | undefined {
  const file = posix.readText(posix.AT_FDCWD, `/etc/${database}`) ?? "";
  const inFile = firstAbout(name, file, read);
  if (inFile !== undefined || !isAskable(name)) return inFile;
  const { answerOf } = posix.load("chpst/getent") as typeof import("./getent.ts");
  return read(answerOf(database, name)); // it may have the name in another spelling
}
