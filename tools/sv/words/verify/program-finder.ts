/**
 * Looks for the programs and directories that scripts name.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { candidates } from "../../../../base/program-search.ts";
import { mayWrite } from "../why/file-access.ts";
import { fileUserNamed } from "./account-files.ts";
import {
  type LogDirectoryGuess,
  missingLogDirectory,
  missingProgram,
  refusedLogDirectory,
} from "./program-guesses.ts";
import { shellCommands } from "./shell-commands.ts";
import type { Guess } from "./shell-guesses.ts";

/** runsvdir may have another PATH than the user who types `sv verify`. */
const USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Whether there is a program of that name; `true` also if the user may not see it. */
export function findsProgram(name: string): boolean {
  const path = `${posix.getenv("PATH") ?? ""}:${USUAL_PATH}`;
  return candidates(name, path).some(exists);
}

/** @returns `true` also if the user may not see it */
function exists(path: string): boolean {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0) !== undefined) ?? true;
}

/** @returns `true` also if the user or the directory is not known */
function mayWriteTo(path: string, names: string): boolean {
  const user = fileUserNamed(names);
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  return user === undefined || found === undefined || mayWrite(user, found);
}

/** @param home the directory in which the shell script runs */
export function absentFor(
  script: string,
  home: string,
): {
  readonly program: Guess | undefined;
  readonly logDirectory: LogDirectoryGuess | undefined;
  readonly logRights: LogDirectoryGuess | undefined;
} {
  const commands = shellCommands(script);
  const pathOf = (name: string) => (name.startsWith("/") ? name : `${home}/${name}`);
  return {
    program: missingProgram(commands, findsProgram),
    logDirectory: missingLogDirectory(commands, (directory) => exists(pathOf(directory))),
    logRights: refusedLogDirectory(commands, (user, directory) =>
      mayWriteTo(pathOf(directory), user),
    ),
  };
}
