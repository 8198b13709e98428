/** The service directory that an operand of `sv link` stands for. */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors, isPosixError, NOT_THERE, reason } from "../../../../base/errors.ts";
import { quoted } from "../../../../base/quoted.ts";
import { placeOf } from "../../../../supervisor/place.ts";

/** The directories that are searched for a name, if SVSOURCE is not set. */
const SOURCES = "/etc/sv:/etc/runit/sv";

export interface LinkSource {
  /** Absolute. */
  readonly path: string;
  /** The name of the directory. */
  readonly name: string;
  readonly directory: Directory;
}

/**
 * @param operand a name to be looked up, or a directory if it has a slash or begins with a dot
 * @returns or why there is no such service directory; the caller closes it
 */
export function linkSource(operand: string): LinkSource | string {
  if (operand.includes("/") || operand.startsWith(".")) return open(operand, "");
  const sources = posix.getenv("SVSOURCE") ?? SOURCES;
  const found = sources
    .split(":")
    .filter((source) => source !== "" && operand !== "")
    .map((source) => `${source}/${operand}`)
    .find((path) => isDirectory(path));
  if (found !== undefined) return open(found, `${quoted(found)} `);
  return `no such directory in ${quoted(sources)} (SVSOURCE names others; or use a path, as ./name)`;
}

function isDirectory(path: string): boolean {
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFDIR;
}

/** @param subject begins a message, behind the operand, about a directory that was found */
function open(operand: string, subject: string): LinkSource | string {
  let path = operand;
  while (path.startsWith("./")) path = path.slice(2);
  if (path === "") path = operand === "" ? "" : ".";
  try {
    const directory = Directory.open(path);
    const problem = problemOf(directory);
    const place = problem === undefined ? placeOf(path, directory.fd) : undefined;
    if (place !== undefined) {
      const { scanned, name } = place;
      return { path: `${scanned === "/" ? "" : scanned}/${name}`, name, directory };
    }
    directory.close();
    return `${subject}${problem ?? "has no absolute path"}`;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return `unable to open ${quoted(path)}: ${reason(error)}`;
  }
}

function problemOf({ fd }: Directory): string | undefined {
  try {
    return posix.stat(fd, "run", 0) === undefined ? `has no run: ${reason(NOT_THERE)}` : undefined;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return `cannot be used: unable to stat ./run: ${reason(error)}`;
  }
}
