/** Puts service directories in place, and takes them out again, as `sv link` and `sv remove` do. */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError, reason } from "../../../base/errors.ts";
import { lookAt } from "../../../tools/sv/live-status.ts";
import { send } from "../../../tools/sv/send.ts";
import { NamedService } from "../../../tools/sv/service.ts";
import { LinkPlace } from "../../../tools/sv/words/placing/link-place.ts";
import { linkSource } from "../../../tools/sv/words/placing/link-source.ts";
import { stopLimitS } from "../../../tools/sv/words/placing/stop-limit.ts";
import type { ServiceView } from "../../../tools/sv/words/service-view.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { type Judgement, observe } from "./observe.ts";
import { ServiceError } from "./service-error.ts";
import { lastStatus } from "./view-status.ts";

export interface LinkOptions extends CallOptions {
  /** The name of the service; without it, that of the directory. */
  readonly name?: string | undefined;
  /** Makes a file `down` first, so that the service is not started. */
  readonly down?: boolean | undefined;
}

export interface RemoveOptions extends CallOptions {
  /** Removes the link also if the service does not stop in time. */
  readonly force?: boolean | undefined;
}

const TIMEOUT_MS = 7_000;
const DOWN_MODE = 0o644;
/** The name of the second link, with the dots and `removed`, has at most 255 bytes. */
const NAME_MAX_BYTES = 240;

/**
 * @param home the directory of the services, as a byte string like `path`
 * @internal
 */
export async function link(
  home: string,
  path: string,
  { name, down = false, signal, timeoutMs = TIMEOUT_MS }: LinkOptions,
  ended: AbortSignal,
): Promise<NamedService> {
  signal?.throwIfAborted();
  const service = withPlace(home, (place) => {
    const source = linkSource(path);
    if (typeof source === "string") throw failed("", source, "NO_SERVICE");
    try {
      const entry = name ?? source.name;
      linkIn(place, { name: entry, path: source.path, target: source.directory.fd, down });
      return new NamedService(entry, place.file(entry));
    } finally {
      source.directory.close();
    }
  });
  const text = "is linked, but has no supervisor (is runsvdir at work on its directory?)";
  await observe(
    service,
    {
      signal,
      timeoutMs,
      judge: ({ live }) => (live === undefined ? "pending" : "holds"),
      onTimeout: () => failed(service.name, text, "TIMEOUT"),
    },
    ended,
  );
  return service;
}

interface NewLink {
  readonly name: string;
  readonly path: string;
  /** The descriptor of the directory. */
  readonly target: number;
  readonly down: boolean;
}

function linkIn(place: LinkPlace, { name, path, target, down }: NewLink): void {
  const found = posix.fstat(target);
  const isLinked = isLinkTo(place, name, found);
  const other = isLinked ? undefined : place.otherNameOf(found, name);
  if (other !== undefined) throw failed(name, `${path} is linked already, as ${other}`);
  const seen = isLinked ? undefined : lookAt(new NamedService(path, path));
  if (seen?.is === "live") {
    posix.close(seen.ok);
    throw failed(name, `${path} is supervised already`);
  }
  if (down) {
    const flags = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL;
    const file = ignoring(["EEXIST"], () => posix.open(target, "down", flags, DOWN_MODE));
    if (file !== undefined) posix.close(file);
  }
  if (!isLinked) posix.symlink(path, place.directory.fd, name);
}

function isLinkTo(place: LinkPlace, name: string, target: posix.Stat): boolean {
  const entry = place.entry(name);
  if (entry === undefined) return false;
  const there = ignoringErrors(() => posix.stat(place.directory.fd, name, 0));
  if ((entry.mode & posix.S_IFMT) === posix.S_IFLNK && there?.id === target.id) return true;
  throw failed(name, `${place.file(name)} exists, and leads elsewhere`);
}

/**
 * A second link, `.NAME.removed`, which runsvdir ignores, leads to the service directory while the
 * first is removed. So the same call ends the work after a crash between any two steps; `sv remove`
 * does, too.
 *
 * @internal
 */
export async function remove(
  home: string,
  name: string,
  { force = false, signal, timeoutMs = TIMEOUT_MS }: RemoveOptions,
  ended: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const parked = `.${name.slice(0, NAME_MAX_BYTES)}.removed`;
  const path = (entry: string): string => `${home}/${entry}`;
  const isShared = withPlace(home, (place) => park(place, name, parked));
  const unlink = (entry: string): void =>
    withPlace(home, ({ directory }) => {
      ignoring(["ENOENT"], () => posix.unlink(directory.fd, entry, 0));
    });
  if (isShared) return unlink(name);
  const parkedService = new NamedService(name, path(parked));
  const limitMs = timeoutMs + stopLimitS(path(parked)) * 1_000;
  const until = async (holds: (view: ServiceView) => boolean, text: string): Promise<void> => {
    const judge = (view: ServiceView): Judgement => (holds(view) ? "holds" : "pending");
    const onTimeout = (): Error => failed(name, text, "TIMEOUT", parkedService);
    await observe(parkedService, { signal, timeoutMs: limitMs, judge, onTimeout }, ended);
  };
  try {
    const refused = send(parkedService, "d");
    if (refused !== undefined && !isAbsence(refused.kind)) {
      throw failed(name, fromBytes(refused.text), "ACCESS_DENIED");
    }
    await until(isDown, "does not stop (the link stays)");
  } catch (error) {
    if (!force) {
      unlink(parked);
      throw error;
    }
  }
  unlink(name);
  const gone = send(parkedService, "x");
  if (gone === undefined && !force) {
    await until(isUnsupervised, "is unlinked, but its supervisor is still there");
  }
  unlink(parked);
}

/** @returns whether another service has the same directory, so that only the link is to go */
function park(place: LinkPlace, name: string, parked: string): boolean {
  const { fd } = place.directory;
  const entry = place.entry(name);
  if (entry === undefined) {
    if (place.entry(parked) !== undefined) return false; // the rest of a removal
    throw failed(name, `is not linked in ${place.path}`, "NO_SERVICE");
  }
  if ((entry.mode & posix.S_IFMT) !== posix.S_IFLNK) {
    throw failed(name, `${place.file(name)} is not a link, and nothing else is removed`);
  }
  const target = ignoringErrors(() => posix.stat(fd, name, 0));
  if (target !== undefined && place.otherNameOf(target, name) !== undefined) return true;
  ignoring(["ENOENT"], () => posix.unlink(fd, parked, 0));
  posix.symlink(posix.readlink(fd, name), fd, parked);
  return false;
}

function isAbsence(kind: string): boolean {
  return kind === "gone" || kind === "unsupervised" || kind === "absent";
}

function isUnsupervised({ failure }: ServiceView): boolean {
  return failure !== undefined && isAbsence(failure.kind);
}

function isDown(view: ServiceView): boolean {
  const record = view.live?.record;
  return isUnsupervised(view) || (record?.phase === "down" && record.want === "down");
}

/** Runs `act` in the directory, and translates failures of the system. */
function withPlace<T>(home: string, act: (place: LinkPlace) => T): T {
  let place: LinkPlace | undefined;
  try {
    place = LinkPlace.of(home);
    return act(place);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    const code = error.code === "EACCES" || error.code === "EPERM" ? "ACCESS_DENIED" : "FAILED";
    const text = `unable to ${error.call} in ${fromBytes(home)}: ${reason(error)}`;
    throw new ServiceError({ code, service: "", text, cause: error });
  } finally {
    place?.directory.close();
  }
}

function failed(
  name: string,
  text: string,
  code: ServiceError["code"] = "FAILED",
  service?: NamedService,
): ServiceError {
  const status = service && lastStatus(service);
  return new ServiceError({ code, service: fromBytes(name), text: fromBytes(text), status });
}
