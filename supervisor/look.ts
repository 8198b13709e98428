/** Looks at the files of another service, for the decisions in dependency-machine.ts. */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { Directory } from "../base/directory.ts";
import { unlessExhausted } from "../base/errors.ts";
import { openOwn } from "../base/own-file.ts";
import { HISTORY_MAX_BYTES, readHistory } from "../protocol/history.ts";
import { pastRuns } from "../protocol/past-runs.ts";
import { msUntilReady, READY_MAX_BYTES, readReady, readyOf } from "../protocol/ready.ts";
import type { StatusRecord } from "../protocol/status.ts";
import { now } from "./clock.ts";
import { readStatus } from "./read-status.ts";
import { NOTHING, type Sight } from "./sight.ts";

/** Whether the path leads to a directory. */
function isDirectory(path: string): boolean {
  const found = unlessExhausted(() => posix.stat(posix.AT_FDCWD, path, 0));
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFDIR;
}

/**
 * The directory; `undefined` if it cannot be opened.
 *
 * @throws {PosixError} a resource has run out
 */
export function openDirectory(path: string): Directory | undefined {
  return unlessExhausted(() => Directory.open(path));
}

/**
 * @param path the service directory
 * @param isClosed its hold says that it is being stopped
 * @throws {PosixError} a resource has run out, so nothing is known
 */
export function lookAt(path: string, isClosed: boolean): Sight {
  if (!isDirectory(path)) return NOTHING;
  const supervise = openDirectory(`${path}/supervise`);
  if (supervise === undefined) return unsupervised(path);
  try {
    if (!hasSupervisor(supervise)) return unsupervised(path);
    return sightOf(
      supervise,
      unlessExhausted(() => readStatus(supervise, ".")),
      isClosed,
    );
  } finally {
    supervise.close();
  }
}

/** The next supervisor starts the service, unless there is a file `down`. */
function unsupervised(path: string): Sight {
  const down = unlessExhausted(() => posix.stat(posix.AT_FDCWD, `${path}/down`, 0));
  return { ...NOTHING, exists: true, isWanted: down === undefined };
}

function sightOf(supervise: Directory, status: StatusRecord | undefined, isClosed: boolean): Sight {
  const found: Sight = { ...NOTHING, exists: true, isSupervised: true };
  if (status === undefined) return { ...found, isWanted: true, isStopping: isClosed };
  const { want, phase, termSent, since } = status;
  const isWanted = want === "up";
  const isStopping = isClosed || (!isWanted && termSent) || isStopRecorded(supervise);
  if (phase !== "run") return { ...found, isWanted, isStopping };
  return { ...found, ...readiness(supervise, status), isWanted, isStopping, since };
}

function isStopRecorded({ fd }: Directory): boolean {
  return unlessExhausted(() => posix.stat(fd, "stopping", posix.AT_SYMLINK_NOFOLLOW)) !== undefined;
}

function readiness(
  supervise: Directory,
  status: StatusRecord,
): Pick<Sight, "isReady" | "readyInMs"> {
  const text = unlessExhausted(() => supervise.readOwn("ready", READY_MAX_BYTES));
  const record = text === undefined ? undefined : readyOf(status, readReady(text));
  if (record !== undefined) return { isReady: record.readyAt !== undefined };
  const history = unlessExhausted(() => supervise.readOwn("history", HISTORY_MAX_BYTES));
  const [last] = pastRuns((history && readHistory(history)?.runs) || "");
  const readyInMs = msUntilReady(status, last?.ranMs, now().unix);
  return { isReady: readyInMs === 0, readyInMs: readyInMs === 0 ? undefined : readyInMs };
}

function hasSupervisor({ fd }: Directory): boolean {
  const ok = unlessExhausted(() => openOwn(fd, "./ok", posix.S_IFIFO, posix.O_WRONLY));
  if (ok !== undefined) closeIgnoringErrors(ok);
  return ok !== undefined;
}
