/**
 * Reads the directory of variables that `-e` and envdir take.
 *
 * Source: runit 2.1.2, chpst(8), its messages.
 */
import * as posix from "posix";
import { type ErrorCode, isPosixError, NOT_THERE } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { type Edit, type EnvironmentSource, valueOfFile } from "./env.ts";
import { readFileNow } from "./files.ts";

/**
 * The variables that the files of a directory set or remove.
 *
 * @param warn reports a file that is skipped
 * @throws {Exit} if the directory or a file of it cannot be used, after a message
 */
export function readEnvironmentDirectory(
  { path, strict }: EnvironmentSource,
  report: Report,
  warn: (text: string, error: ErrorCode) => void,
): readonly Edit[] {
  const edits: Edit[] = [];
  // The original enters the directory, which needs the permission to; ours does not enter it, but
  // asks for the same.
  const inside = path === "" ? path : `${path}/.`;
  const action = `switch to directory: ${path}`;
  const found = report.must(action, () => posix.stat(posix.AT_FDCWD, inside, 0));
  if (found === undefined) report.fatal(`unable to ${action}`, NOT_THERE);
  const flags = posix.O_RDONLY | posix.O_DIRECTORY;
  const directory = report.must(`open directory: ${path}`, () =>
    posix.open(posix.AT_FDCWD, path, flags, 0),
  );
  for (const name of report.must(`read directory: ${path}`, () => posix.readdir(directory))) {
    if (name.startsWith(".")) continue;
    const file = `${path}/${name}`;
    if (name.includes("=")) report.fatal(`unable to use ${file}: "=" in a variable's name`);
    try {
      const content = readFileNow(directory, name); // as the original opens it
      edits.push({ name, value: valueOfFile(content) });
    } catch (error) {
      if (!isPosixError(error)) throw error;
      // A link that leads nowhere, or a file that has gone since the directory was read.
      const isSkipped = error.code === "ENOENT" || (error.code === "EISDIR" && !strict);
      if (!isSkipped) report.fatal(`unable to read ${file}`, error);
      warn(`unable to read ${file}`, error);
    }
  }
  posix.close(directory);
  return edits;
}
