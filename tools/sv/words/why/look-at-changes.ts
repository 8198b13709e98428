/**
 * What was changed in a service directory since the service ended or was to start: the reason of
 * its end may be mended.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { pastRuns } from "../../../../protocol/past-runs.ts";
import type { StatusRecord } from "../../../../protocol/status.ts";
import type { NamedService } from "../../service.ts";
import type { LiveFacts } from "../service-view.ts";
import { TOOL_FAILED } from "./endings.ts";

/** Linux stamps a file with the time of the last timer tick: at 100 Hz, up to so much earlier. */
const FILE_CLOCK_LAG_MS = 10;

/** Whether ./run was changed after the start that ended last. */
export function isRunNew(service: NamedService, live: LiveFacts): boolean {
  const startMs = lastStartMs(live);
  if (startMs === undefined) return false;
  return [0, posix.AT_SYMLINK_NOFOLLOW].some((flag) => isNewer(service.file("run"), startMs, flag));
}

/**
 * Whether svlogd has refused its directories, and one of them was made or changed after that.
 *
 * @param paths of the directories
 */
export function isLogDirectoryNew(paths: readonly string[], live: LiveFacts): boolean {
  const [last] = pastRuns(live.history?.runs ?? "");
  const startMs = lastStartMs(live);
  // A svlogd that works changes its directory as well.
  if (startMs === undefined || last?.code !== TOOL_FAILED) return false;
  return paths.some((path) => isNewer(path, startMs, 0));
}

/** When the run began that ended last. */
function lastStartMs({ history }: LiveFacts): number | undefined {
  const ended = history?.lastExitAt;
  const [last] = pastRuns(history?.runs ?? "");
  if (ended === undefined || last === undefined) return undefined;
  return ended.seconds * 1_000 + ended.nanoseconds / 1_000_000 - last.ranMs;
}

function isNewer(path: string, timeMs: number, flag: number): boolean {
  const found = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, flag));
  return found !== undefined && found.ctimeMs + FILE_CLOCK_LAG_MS > timeMs;
}

/** Whether an entry of needs/ or after/ was added or removed since the service is down. */
export function areNeedsNew(service: NamedService, { phase, since }: StatusRecord): boolean {
  if (phase !== "down") return false;
  const timeOf = (path: string) =>
    ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.mtimeS;
  const times = [timeOf(service.file("needs")), timeOf(service.file("after"))];
  // Without both, one may have been removed as a whole.
  const isNone = times.every((time) => time === undefined);
  const newest = isNone ? timeOf(service.file(".")) : Math.max(...times.map((time) => time ?? 0));
  return newest !== undefined && newest >= since.seconds;
}
