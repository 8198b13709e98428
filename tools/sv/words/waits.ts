/**
 * The services that a service waits for, from the files needs/ and after/ and what supervisors
 * publish about them.
 */
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { ignoringErrors } from "../../../base/errors.ts";
import type { StatusRecord } from "../../../protocol/status.ts";
import { dependantsIn } from "../../../supervisor/dependants.ts";
import { readEntries } from "../../../supervisor/dependency-entries.ts";
import { lookAt } from "../../../supervisor/look.ts";
import { siblingPath } from "../../../supervisor/place.ts";
import { permitsStart, SUPERVISOR_WAIT_MS } from "../../../supervisor/sight.ts";
import { NamedService } from "../service.ts";

/** A service that is waited for, under the name that its entry or link has. */
export function waitsOf(service: NamedService, { phase, want }: StatusRecord): NamedService[] {
  const isStopping = phase === "run" && isRecorded(service);
  const isStarting = phase === "down" && want === "up";
  if (!isStopping && !isStarting) return [];
  const home = ignoringErrors(() => Directory.open(service.file(".")));
  if (home === undefined) return [];
  try {
    return isStopping ? holdersOf(home) : obstaclesOf(service, home);
  } finally {
    home.close();
  }
}

/** The services that keep this one from starting. */
function obstaclesOf({ path }: NamedService, home: Directory): NamedService[] {
  const plain = path.endsWith("/") ? path.slice(0, -1) : path;
  const scanned = plain.slice(0, Math.max(0, plain.lastIndexOf("/"))) || ".";
  return (ignoringErrors(() => readEntries(home)) ?? [])
    .map((entry) => ({ entry, path: siblingPath(scanned, entry) }))
    .filter(({ entry, path }) => !permitsStart(entry, lookAt(path, false), SUPERVISOR_WAIT_MS))
    .map(({ entry, path }) => new NamedService(entry.name, path));
}

/**
 * The services that are to stop before this one, if it is to stop. A link without a process was
 * left by a supervisor that was killed.
 */
function holdersOf({ fd }: Directory): NamedService[] {
  return dependantsIn(fd, "supervise/")
    .filter(({ path }) => lookAt(path, false).since !== undefined)
    .map(({ name, path }) => new NamedService(name, path));
}

function isRecorded(service: NamedService): boolean {
  const path = service.file("supervise/stopping");
  const look = () => posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW);
  return ignoringErrors(look) !== undefined;
}
