/**
 * The directories that a logger writes to, from its command line.
 *
 * Pure: words in, words out. Source: svlogd(8); s6-log and multilog, whose scripts name a directory
 * as a word that begins with a slash or a dot.
 */
import { baseName, parseOptions } from "./options.ts";

/** The options of svlogd, with a colon after each that takes an argument. */
const SVLOGD_LETTERS = "tvVr:R:l:b:j:";

/** @returns `undefined` if it is not a logger whose command line is known */
export function directoriesIn(words: readonly string[]): readonly string[] | undefined {
  const [program = "", ...rest] = words;
  switch (baseName(program)) {
    case "svlogd": {
      const line = parseOptions(rest, SVLOGD_LETTERS);
      return line.ok ? line.operands : [];
    }
    case "s6-log":
    case "multilog":
      return rest.filter((word) => word.startsWith("/") || word.startsWith("."));
    default:
      return undefined;
  }
}
