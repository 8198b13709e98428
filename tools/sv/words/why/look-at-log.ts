/**
 * The last lines of a service's log, or of the output that runsv keeps.
 */
import { NO_BYTES, textOf } from "../../../../base/bytes.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { quoted, shown } from "../../../../base/quoted.ts";
import { keptOutput, readOutput } from "../../logs/kept-output.ts";
import { UnreadableLog } from "../../logs/log-file.ts";
import { findLog } from "../../logs/log-place.ts";
import { LogSource } from "../../logs/log-source.ts";
import type { NamedService } from "../../service.ts";
import type { OutputFacts } from "./facts.ts";

const LINES = 10;
/** Longer lines are cut: the log has the rest. */
const LINE_MAX = 200;

export function logEnd(service: NamedService): OutputFacts {
  const place = findLog(service);
  if ("missing" in place) {
    const kept = keptOutput(service);
    if (kept !== undefined) {
      const isThere = ignoringErrors(() => service.has("supervise/output")) !== false;
      const lines = isThere ? lastLines(() => readOutput(kept)) : [];
      const place = `${quoted(kept)}${lines.length === 0 ? ": nothing yet" : ""}`;
      return { place, lines, file: kept, isLost: false };
    }
    // Only a main service can have keep-output.
    const isMain = !service.name.endsWith("/log");
    const isLost = isMain && ignoringErrors(() => service.has("log")) === false;
    return { place: place.missing, lines: [], file: undefined, isLost };
  }
  const [directory = ""] = place.directories;
  return {
    place: quoted(directory),
    lines: lastLines(() => readEnd(directory)),
    file: undefined,
    isLost: false,
  };
}

/** @param read throws {UnreadableLog} */
function lastLines(read: () => string): string[] {
  let text: string;
  try {
    text = read();
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

/** @throws {UnreadableLog} */
function readEnd(directory: string): string {
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
  let text = "";
  ignoringErrors(() => {
    for (const bytes of source.selectedBytes()) text += textOf(bytes);
  });
  return text;
}
