/**
 * Runs getent(1), which reads every database of users and groups that the system is configured to
 * use. With its imports, it is a part, chpst/getent, which databases.ts loads for a name that it
 * does not find.
 *
 * The C library's own calls for this load parts of it into the process, which an executable that is
 * linked statically can only do on the very system that it was built on.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors } from "../../base/errors.ts";
import { candidates } from "../../base/program-search.ts";
import { STDOUT } from "../../base/report.ts";
import { exitCodeOf } from "../../base/start.ts";
import type { Database } from "./accounts.ts";
import { readAll } from "./files.ts";

const EXIT_NOT_RUN = 127;
/** How often to look whether a child that has closed its output has exited. */
const ENDING_MS = 1;

/** The line that getent prints; empty if it has none, or does not exist. */
export function answerOf(database: Database, name: string): string {
  const [reading, writing] = posix.pipe();
  const forked = posix.fork(1);
  if (typeof forked === "number")
    posix.exit(exitCodeOf(() => becomeGetent(writing, database, name), "getent"));
  posix.close(writing);
  const answer = readAll(reading);
  posix.close(reading);
  const [pid = 0] = forked;
  // The program that chpst executes must not inherit a child that it does not know of.
  while (posix.waitpid(pid) === undefined && isThere(pid)) {
    posix.poll(new ArrayBuffer(), 0, ENDING_MS);
  }
  return answer.split("\n", 1)[0] ?? "";
}

function becomeGetent(output: number, database: Database, name: string): number {
  ignoringErrors(() => {
    posix.dup2(output, STDOUT);
    // Not along PATH, which another user may have set.
    for (const path of candidates("getent", undefined)) {
      ignoringErrors(() => posix.execve(path, ["getent", database, name]));
    }
  });
  return EXIT_NOT_RUN;
}

function isThere(pid: number): boolean {
  const asked = ignoring(["ESRCH"], () => {
    posix.kill(pid, 0);
    return true;
  });
  return asked === true;
}
