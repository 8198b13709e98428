/**
 * Looks up users and groups: in /etc/passwd and /etc/group, and for names that are not there (LDAP, systemd) asks
 * getent(1), which knows every database that the system is told to use.
 *
 * The C library's own calls for this load parts of it into the process, which an executable that is linked statically
 * can only do on the very system that it was built on.
 */
import * as posix from "posix";
import { unless } from "../../base/errors.ts";
import { STDOUT } from "../../base/report.ts";
import { exitCodeOf } from "../../base/start.ts";
import { firstAbout, groupOf, isAskable, type User, userOf } from "./accounts.ts";
import { textOf } from "./env.ts";
import { readAll, readFile } from "./files.ts";
import { candidates } from "./search.ts";

const EXIT_NOT_RUN = 127;
/** How often a child that has closed its output is asked whether it has ended. */
const ENDING_MS = 1;

/** @throws {PosixError} the database cannot be read */
export const userByName = (name: string): User | undefined => lookUp("passwd", name, userOf);
/** @throws {PosixError} as {@link userByName} */
export const groupByName = (name: string): number | undefined => lookUp("group", name, groupOf);

type Database = "passwd" | "group";

function lookUp<T>(
  database: Database,
  name: string,
  read: (line: string) => T | undefined,
): T | undefined {
  const file = unless(["ENOENT"], () => readFile(posix.AT_FDCWD, `/etc/${database}`));
  const inFile = file && firstAbout(name, textOf(file), read);
  // The answer may have the name in another spelling.
  return inFile ?? (isAskable(name) ? read(answerOf(database, name)) : undefined);
}

/** The line that getent prints; nothing where it knows none, or is not there. */
function answerOf(database: Database, name: string): string {
  const [reading, writing] = posix.pipe();
  const pid = posix.fork();
  if (pid === 0) posix.exit(exitCodeOf(() => becomeGetent(writing, database, name), "getent"));
  posix.close(writing);
  const answer = textOf(readAll(reading));
  posix.close(reading);
  // The program that is run next is to have no child that it does not know of.
  while (posix.waitpid(pid) === undefined && isThere(pid))
    posix.poll(new ArrayBuffer(), 0, ENDING_MS);
  return answer.split("\n", 1)[0] ?? "";
}

function becomeGetent(output: number, database: Database, name: string): number {
  posix.dup2(output, STDOUT);
  // Not by PATH, which may be anybody's.
  for (const path of candidates("getent", undefined)) {
    unless([], () => posix.execve(path, ["getent", database, name], posix.environ()));
  }
  return EXIT_NOT_RUN;
}

function isThere(pid: number): boolean {
  const asked = unless(["ESRCH"], () => {
    posix.kill(pid, 0);
    return true;
  });
  return asked === true;
}
