/** Reads the file `config` of a log directory. */
import * as posix from "posix";
import type { Directory } from "../../base/directory.ts";
import { DEFAULTS, parseConfig, type Settings } from "./config.ts";
import type { Messages } from "./messages.ts";
import { isRegular } from "./own-file.ts";

/**
 * The settings of a log directory; the defaults if it has no `config`.
 *
 * @param path the log directory, as messages name it
 * @returns `undefined` if `config` is not a regular file
 * @throws {PosixError} it cannot be read
 */
export function readConfig(
  home: Directory,
  path: string,
  messages: Messages,
): Settings | undefined {
  const found = home.stat("config");
  if (found !== undefined && !isRegular(found)) {
    messages.warn(`unable to read config: ${path}: not a regular file`);
    return undefined;
  }
  const text = posix.readText(home.fd, "config");
  if (text === undefined) return DEFAULTS;
  messages.info(`read: ${path}/config`);
  const { settings, problems } = parseConfig(text, `${path}/config`);
  for (const problem of problems) messages.warn(problem);
  return settings;
}
