/**
 * One service as sv meets it: what its supervisor has published, and whether there is one. What goes wrong is a value,
 * worded as in the original, because it is an answer that sv prints and counts.
 *
 * sv never changes directory: paths are joined, so that a name stays what it was while sv waits.
 * Source: runit 2.1.2, FILES in runsv(8), sv(8).
 */
import * as posix from "posix";
import { type Cause, isPosixError, NOT_THERE, reason } from "../../base/errors.ts";
import {
  decodeStatus,
  STATUS_BYTES,
  StatusFormatError,
  type StatusRecord,
} from "../../protocol/status.ts";

/** Why a service cannot be asked or told. */
export interface Failure {
  readonly is: "failure";
  /**
   * `absent`: its directory does not exist; `unsupervised`: nobody has had it yet; `gone`: somebody had it,
   * and does not now; `unknown`: the system refused, or what it gave makes no sense.
   */
  readonly kind: "absent" | "unsupervised" | "gone" | "unknown";
  readonly severity: "fail" | "warning";
  readonly text: string;
}

/** A status that a living supervisor stands for. */
export interface Sighting {
  readonly is: "sighting";
  readonly record: StatusRecord;
  /** supervise/ok, opened for writing: it fails (`POLLERR`) when the supervisor is gone. The caller closes it. */
  readonly ok: number;
}

/** There is no supervisor now. */
export const GONE: Failure = {
  is: "failure",
  kind: "gone",
  severity: "fail",
  text: "runsv not running",
};

export class Service {
  readonly name: string;
  /** The service directory; `""` where no name leads anywhere, as with an empty SVDIR. */
  readonly path: string;

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  /** @param homeOf returns the services directory; called for a name that is no path. Source: sv(8), services. */
  static named(name: string, homeOf: () => string): Service {
    const isPath =
      name === "" || name.startsWith("/") || name.startsWith(".") || name.endsWith("/");
    if (isPath) return new Service(name, name);
    const home = homeOf();
    return new Service(name, home === "" ? "" : `${home}/${name}`);
  }

  file(name: string): string {
    return this.path === "" ? "" : `${this.path}/${name}`;
  }

  /** Reads the status, then asks whether its writer lives: the other way round it could die in between. */
  look(): Sighting | Failure {
    let record = this.#readStatus();
    let ok: number | undefined;
    try {
      ok = openOk(this.file("supervise/ok"));
    } catch (error) {
      if (isPosixError(error, "ENXIO", "ENODEV")) return GONE;
      if (!isPosixError(error)) throw error;
      return (
        this.#unreachable() ?? {
          ...warning("open supervise/ok", error),
          kind: error.code === "ENOENT" ? "unsupervised" : "unknown",
        }
      );
    }
    if (ok === undefined) return noFifo("supervise/ok");
    // A supervisor writes the status, then opens `ok`: it may have done both after the first look at the status.
    if ("is" in record) record = this.#readStatus();
    if ("is" in record) {
      posix.close(ok);
      return record;
    }
    return { is: "sighting", record, ok };
  }

  /**
   * Whether the directory has the file `name`, such as `down` or `check`; links are followed.
   *
   * @throws {PosixError} other than that it is not there
   */
  has(name: string): boolean {
    return posix.stat(posix.AT_FDCWD, this.file(name), 0) !== undefined;
  }

  /**
   * The log service, named as messages name it; `undefined` where there is no `log`. One that cannot be
   * entered is a failure.
   */
  log(): Service | Failure | undefined {
    const log = new Service(`${this.name}/log`, this.file("log"));
    const error = cannotEnter(log.path);
    if (error === undefined) return log;
    return error.code === "ENOENT" ? undefined : warning("change directory", error);
  }

  #readStatus(): StatusRecord | Failure {
    try {
      const path = this.file("supervise/status");
      const max = STATUS_BYTES + 1; // one more, to see that there is none
      const bytes = posix.readText(posix.AT_FDCWD, path, max, posix.O_NOFOLLOW);
      return bytes === undefined
        ? warning("open supervise/status", NOT_THERE)
        : decodeStatus(bytes);
    } catch (error) {
      if (error instanceof StatusFormatError) {
        const text = "unable to read supervise/status: bad format";
        return { is: "failure", kind: "unknown", severity: "warning", text };
      }
      if (!isPosixError(error)) throw error;
      return warning(`${error.call} supervise/status`, error);
    }
  }

  /** The failure to enter the service directory, where that is the reason. */
  #unreachable(): Failure | undefined {
    const error = cannotEnter(this.path);
    if (error === undefined) return undefined;
    const kind = error.code === "ENOENT" ? "absent" : "unknown";
    const tried = this.path === "" || this.path === this.name ? "" : ` (${this.path})`;
    const text = `unable to change to service directory: ${reason(error)}${tried}`;
    return { is: "failure", kind, severity: "fail", text };
  }
}

/** Why chdir(2) to `path` would fail. */
function cannotEnter(path: string): Cause | undefined {
  try {
    const found = posix.stat(posix.AT_FDCWD, path === "" ? "" : `${path}/.`, 0);
    return found === undefined ? NOT_THERE : undefined;
  } catch (error) {
    if (isPosixError(error)) return error;
    throw error;
  }
}

/**
 * A user who controls the service may have put anything there, such as a link to a device: see own-file.ts. Nothing is
 * written to this one, so it does not matter whose FIFO it is.
 *
 * @returns `undefined` where it is no FIFO
 * @throws {PosixError} `ENXIO`: a FIFO that nobody reads
 */
function openOk(path: string): number | undefined {
  const is = ({ mode }: posix.Stat, type: number) => (mode & posix.S_IFMT) === type;
  const seen = posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW);
  // To open a directory does no harm, and fails with the reason.
  if (seen !== undefined && !is(seen, posix.S_IFIFO) && !is(seen, posix.S_IFDIR)) return undefined;
  const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_NOFOLLOW;
  const ok = posix.open(posix.AT_FDCWD, path, flags, 0);
  if (is(posix.fstat(ok), posix.S_IFIFO)) return ok;
  posix.close(ok);
  return undefined;
}

export function noFifo(name: string): Failure {
  const text = `${name} exists but is not a fifo`;
  return { is: "failure", kind: "unknown", severity: "warning", text };
}

export function warning(action: string, error: Cause): Failure {
  const text = `unable to ${action}: ${reason(error)}`;
  return { is: "failure", kind: "unknown", severity: "warning", text };
}
