/** Looks at the files of another service, for the decisions in dependency-machine.ts. */
import type { PosixError } from "posix";
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { Directory } from "../base/directory.ts";
import { isPosixError, onPosixError, unlessExhausted } from "../base/errors.ts";
import { openOwn } from "../base/own-file.ts";
import { HISTORY_MAX_BYTES, readHistory } from "../protocol/history.ts";
import { pastRuns } from "../protocol/past-runs.ts";
import { msUntilReady, READY_MAX_BYTES, readReady, readyOf } from "../protocol/ready.ts";
import { type SuperviseFile, superviseFile } from "../protocol/service-directory.ts";
import type { StatusRecord } from "../protocol/status.ts";
import { now } from "./clock.ts";
import { readStatus } from "./read-status.ts";
import { NOTHING, type Sight } from "./sight.ts";

const SUPERVISE = "supervise";

/** Whether the path, which cannot be opened, leads to a directory. */
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
 * @param isClosed its hold says that it is being stopped; `undefined` without a hold, if its status
 * has to say that, also when the stop is over
 * @param isSupervised its event FIFO says that a supervisor lives
 * @throws {PosixError} a resource has run out, so nothing is known
 */
export function lookAt(path: string, isClosed: boolean | undefined, isSupervised = false): Sight {
  // Not supervise/ itself: a group with the right to read the status may be unable to list it.
  const home = openDirectory(path);
  if (home === undefined) return isDirectory(path) ? unsupervised(path) : NOTHING;
  try {
    if (!isSupervised && unlessExhausted(() => hasSupervisor(home)) !== true) {
      return unsupervised(path);
    }
    return sightOf(home, readStatus(home, SUPERVISE), isClosed);
  } finally {
    home.close();
  }
}

/** The error if this process lacks the right to see whether the service at `path` is up. */
export function refusalOf(path: string): PosixError | undefined {
  return onPosixError(
    () => {
      const home = Directory.open(path);
      try {
        if (hasSupervisor(home)) tryToRead(home, "status");
      } finally {
        home.close();
      }
      return undefined;
    },
    (error) => (isPosixError(error, "EACCES", "EPERM") ? error : undefined),
  );
}

function tryToRead({ fd }: Directory, file: SuperviseFile): void {
  const path = superviseFile(SUPERVISE, file);
  const opened = openOwn(fd, path, posix.S_IFREG, posix.O_RDONLY);
  if (opened !== undefined) closeIgnoringErrors(opened);
}

/**
 * The next supervisor starts the service, unless there is a file `down`; it goes on with a stop
 * that waits.
 */
function unsupervised(path: string): Sight {
  const down = unlessExhausted(() => posix.stat(posix.AT_FDCWD, `${path}/down`, 0));
  const isStopping = isStopRecorded(posix.AT_FDCWD, `${path}/`);
  return { ...NOTHING, exists: true, isWanted: down === undefined, isStopping };
}

function sightOf(
  home: Directory,
  status: StatusRecord | undefined,
  isClosed: boolean | undefined,
): Sight {
  const found: Sight = { ...NOTHING, exists: true, isSupervised: true };
  if (status === undefined) {
    return { ...found, isWanted: true, isStopping: isClosed === true, isUnreadable: true };
  }
  const { want, phase, termSent, since } = status;
  const isWanted = want === "up";
  // Nobody has waited for this process: the stop may be over before it is seen.
  const isStopped = isClosed === undefined && phase !== "run";
  const isStopping =
    isClosed === true || (!isWanted && (termSent || isStopped)) || isStopRecorded(home.fd);
  if (phase !== "run") return { ...found, isWanted, isStopping };
  return { ...found, ...readiness(home, status), isWanted, isStopping, since };
}

/** @param before the path of the service directory with a slash, relative to `dir` */
function isStopRecorded(dir: number, before = ""): boolean {
  const path = before + superviseFile(SUPERVISE, "stopping");
  return unlessExhausted(() => posix.stat(dir, path, posix.AT_SYMLINK_NOFOLLOW)) !== undefined;
}

function readiness(home: Directory, status: StatusRecord): Pick<Sight, "isReady" | "readyInMs"> {
  const text = home.readOwn(superviseFile(SUPERVISE, "ready"), READY_MAX_BYTES);
  const record = text === undefined ? undefined : readyOf(status, readReady(text));
  if (record !== undefined) return { isReady: record.readyAt !== undefined };
  const history = home.readOwn(superviseFile(SUPERVISE, "history"), HISTORY_MAX_BYTES);
  const [last] = pastRuns((history && readHistory(history)?.runs) || "");
  const readyInMs = msUntilReady(status, last?.ranMs, now().unix);
  return { isReady: readyInMs === 0, readyInMs: readyInMs === 0 ? undefined : readyInMs };
}

/** @throws {PosixError} nobody has `ok` open for reading, or this process may not open it */
function hasSupervisor({ fd }: Directory): boolean {
  const ok = openOwn(fd, superviseFile(SUPERVISE, "ok"), posix.S_IFIFO, posix.O_WRONLY);
  if (ok !== undefined) closeIgnoringErrors(ok);
  return ok !== undefined;
}
