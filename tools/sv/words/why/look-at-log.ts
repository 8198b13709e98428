/**
 * The last lines of a service's log.
 */
import { NO_BYTES, textOf } from "../../../../base/bytes.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { quoted, shown } from "../../../../base/quoted.ts";
import { UnreadableLog } from "../../logs/log-file.ts";
import { findLog } from "../../logs/log-place.ts";
import { LogSource } from "../../logs/log-source.ts";
import type { NamedService } from "../../service.ts";

const LINES = 10;
/** Longer lines are cut: the log has the rest. */
const LINE_MAX = 200;

/** Where the output is, and its last lines. */
interface LogEnd {
  readonly place: string;
  readonly lines: readonly string[];
}

export function logEnd(service: NamedService): LogEnd {
  const place = findLog(service);
  if ("missing" in place) return { place: place.missing, lines: [] };
  const [directory = ""] = place.directories;
  return { place: quoted(directory), lines: lastLines(directory) };
}

function lastLines(directory: string): string[] {
  let text = "";
  try {
    const selection = { count: LINES, since: undefined, until: undefined };
    const source = new LogSource({
      name: "",
      directory,
      prefix: NO_BYTES,
      selection,
      isFollowed: false,
      onUnreadable: () => {},
      onLost: () => {},
    });
    ignoringErrors(() => {
      for (const bytes of source.selectedBytes()) text += textOf(bytes);
    });
  } catch (error) {
    if (!(error instanceof UnreadableLog)) throw error;
    return [error.message];
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-LINES).map((line) => {
    const start = shown(line.slice(0, LINE_MAX));
    return line.length > LINE_MAX ? `${start}..` : start;
  });
}
