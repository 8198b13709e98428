/**
 * Makes and opens the lock and the FIFOs under supervise/ that a supervisor holds while it lives.
 *
 * Source: runit 2.1.2, the start of runsv(8) as traced; fatal errors in its words.
 */

import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { type Directory, isPrivateTo } from "../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError, onPosixError } from "../base/errors.ts";
import { openMade, openOrMakeOwn, openOwn, openUnchecked } from "../base/own-file.ts";
import type { Report } from "../base/report.ts";
import { superviseFile } from "../protocol/service-directory.ts";
import type { Surroundings } from "./service-owner.ts";

const LINK_ITSELF = posix.AT_SYMLINK_NOFOLLOW;
/** A symbolic link `supervise` with a longer text is refused, as in runit. */
const LINK_MAX_BYTES = 255;

interface LockedDirectory {
  /** The descriptor of the lock. */
  readonly lock: number;
  /**
   * This process has just made the directory, where no other user could have put something in its
   * place. So what it makes there need not be checked. Another supervisor of this user may have had
   * the lock, and may have been killed, before this one got it.
   */
  readonly isFresh: boolean;
}

/**
 * Makes supervise/ and locks it.
 *
 * Prefers a lock that this process held before it re-execed.
 *
 * @param where the directory of the service, relative to the service directory
 */
export function lockSupervise(
  { home, report, context }: Surroundings,
  where: "" | "log/",
): LockedDirectory {
  const supervise = `${where}supervise`;
  const failed = makeDirectory(home, supervise);
  const isFresh =
    failed === undefined && ignoringErrors(() => isPrivatePlace(home, where)) === true;
  const notMade = failed && makeTarget(home, where, failed, report);
  const path = superviseFile(supervise, "lock");
  const flags = posix.O_WRONLY | posix.O_APPEND;
  const lock =
    takeInherited(home, path, context.locks) ??
    onPosixError(
      () => openOrMakeOwn(home.fd, path, flags, 0o600),
      (error) => {
        const isMissing = notMade !== undefined && isPosixError(error, "ENOENT");
        if (isMissing) report.fatal(`unable to create ${notMade.path}`, notMade.error);
        return report.fatal(`unable to open ${path}`, error);
      },
    ) ??
    report.fatal(`${path} exists but is not a file of its own`);
  try {
    report.must(`lock ${path}`, () => {
      if (!posix.flock(lock, posix.LOCK_EX | posix.LOCK_NB)) {
        const part = posix.load(
          "runsv/lock-holder",
        ) as typeof import("../tools/runsv/lock-holder.ts");
        report.fatal(`unable to lock ${path}: temporary failure${part.holderText(lock)}`);
      }
    });
  } catch (error) {
    closeIgnoringErrors(lock);
    throw error;
  }
  return { lock, isFresh };
}

/** Whether only root and this user can create names in the directory of the service. */
function isPrivatePlace(home: Directory, where: "" | "log/"): boolean {
  if (where === "" || !home.isPrivate) return home.isPrivate;
  const found = posix.stat(home.fd, "log", LINK_ITSELF);
  return found !== undefined && (found.mode & posix.S_IFMT) === posix.S_IFDIR && isPrivateTo(found);
}

/** The lock that is used is removed from `inherited`. */
function takeInherited(
  home: Directory,
  path: string,
  inherited: Set<number> | undefined,
): number | undefined {
  if (inherited === undefined || inherited.size === 0) return undefined;
  const own = ignoringErrors(() => posix.stat(home.fd, path, LINK_ITSELF));
  for (const fd of inherited) {
    if (own === undefined || ignoringErrors(() => posix.fstat(fd))?.id !== own.id) continue;
    inherited.delete(fd);
    return fd;
  }
  return undefined;
}

/**
 * Makes supervise/control if it is missing, and opens it for reading and writing: with a writer
 * open, reads never return end of file. POSIX leaves the effect of that on a FIFO undefined; Linux,
 * macOS and the BSDs support it.
 *
 * @param isFresh see {@link LockedDirectory}
 * @returns the descriptor
 */
export function openControl(
  surroundings: Surroundings,
  supervise: string,
  isFresh: boolean,
): number {
  const path = superviseFile(supervise, "control");
  return openFifo(surroundings, { path, flags: posix.O_RDWR, isFresh });
}

/**
 * Makes supervise/ok if it is missing, and opens it for reading, which shows that a supervisor
 * lives. Otherwise like {@link openControl}.
 */
export function openOk(surroundings: Surroundings, supervise: string, isFresh: boolean): number {
  const path = superviseFile(supervise, "ok");
  return openFifo(surroundings, { path, flags: posix.O_RDONLY, isFresh });
}

interface FifoToOpen {
  readonly path: string;
  readonly flags: number;
  readonly isFresh: boolean;
}

function openFifo({ home, report }: Surroundings, { path, flags, isFresh }: FifoToOpen): number {
  const verb = flags === posix.O_RDWR ? "open" : "read"; // in runit's messages
  const isMade = makeFifo(home, path, report);
  const open = isMade ? openMade : openOwn;
  return (
    report.must(`${verb} ${path}`, () =>
      isMade && isFresh
        ? openUnchecked(home.fd, path, flags)
        : ignoring(["EISDIR"], () => open(home.fd, path, posix.S_IFIFO, flags)),
    ) ?? report.fatal(`${path} exists but is not a fifo`)
  );
}

/** @returns `false` if the name exists */
function makeFifo(home: Directory, path: string, report: Report): boolean {
  try {
    posix.mkfifo(home.fd, path, 0o600);
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    const isThere = report.must(`stat ${path}`, () => posix.stat(home.fd, path, LINK_ITSELF));
    if (isThere === undefined) report.fatal(`unable to create fifo ${path}`, error);
    return false;
  }
}

/**
 * If supervise/ is a symbolic link to a missing directory, makes that directory, so that a service
 * directory can be read-only and its state elsewhere.
 *
 * @param notMade the attempt to make supervise/ itself
 * @returns a directory that could not be made; it may exist
 */
function makeTarget(
  home: Directory,
  where: "" | "log/",
  notMade: NotMade,
  report: Report,
): NotMade | undefined {
  const { path } = notMade;
  const target = report.must(`readlink ./${path}`, () =>
    ignoring(["ENOENT", "EINVAL"], () => posix.readlink(home.fd, path)),
  );
  if (target === undefined) return notMade;
  if (target.length > LINK_MAX_BYTES) {
    report.fatal(`unable to readlink ./${path}: name too long`);
  }
  return makeDirectory(home, target.startsWith("/") ? target : `${where}${target}`);
}

/** A directory that could not be made, and why. */
interface NotMade {
  readonly path: string;
  readonly error: posix.PosixError;
}

function makeDirectory(home: Directory, path: string): NotMade | undefined {
  return onPosixError<NotMade | undefined>(
    () => {
      posix.mkdir(home.fd, path, 0o700);
      return undefined;
    },
    (error) => ({ path, error }),
  );
}
