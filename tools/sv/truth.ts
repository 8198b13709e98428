/**
 * Whether the process of a status record exists. A record may be untrue: the supervisor could not
 * write it, on a full disk or because its directory was removed, or has not written it yet.
 *
 * Source: proc(5), /proc/PID/stat and /proc/PID/status.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { identityOf } from "../../base/process-identity.ts";
import { monotonicMs } from "../../base/reactor.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import type { Order } from "./commands.ts";
import { asksForProcess } from "./conditions.ts";
import { lockHolder } from "./lock-holder.ts";
import type { NamedService } from "./service.ts";

/** Clock ticks of /proc/PID/stat in a second, on every architecture of Linux. */
const TICKS_PER_S = 100;
/**
 * The start in the record and the kernel's may differ so much: the record is made after the fork.
 */
const TOLERANCE_MS = 2_000;

/**
 * Whether a record, on which an order depends, may be untrue. Each byte about the process makes the
 * supervisor write the status, so a doubt costs little. For `check` sv sends nothing, so it doubts
 * a record only if it is certainly untrue.
 */
export function isDoubtful(
  service: NamedService,
  record: StatusRecord,
  { rules, bytes }: Order,
): boolean {
  if (record.phase !== "run" || !asksForProcess(rules)) return false;
  const process = processOf(record);
  if (bytes !== "") return process !== "there";
  return process === "gone" && isInOurNamespace(service);
}

/**
 * `gone`: no process has this id, or it has ended and nobody has collected it; `other`: the process
 * with this id did not start at the time in the record, or one of the clocks was set; `there`: the
 * process exists and fits.
 */
type ProcessOf = "there" | "gone" | "other";

function processOf({ pid, since }: StatusRecord): ProcessOf {
  const identity = ignoringErrors(() => identityOf(pid));
  if (identity === undefined) return exists(pid) ? "there" : "gone";
  if (identity.isZombie) return "gone";
  const now = posix.clockReal();
  const ageMs =
    (now.seconds - since.seconds) * 1_000 + (now.nanoseconds - since.nanoseconds) / 1_000_000;
  const realAgeMs = monotonicMs() - (identity.startTicks / TICKS_PER_S) * 1_000;
  return Math.abs(ageMs - realAgeMs) < TOLERANCE_MS ? "there" : "other";
}

/** Used if /proc does not show the process. */
function exists(pid: number): boolean {
  try {
    posix.kill(pid, 0);
    return true;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return error.code !== "ESRCH";
  }
}

/**
 * A text that changes each time the supervisor writes the status, even if the status is the same.
 */
export function statusVersion(service: NamedService): string {
  const path = service.file("supervise/status");
  const file = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
  return file === undefined ? "" : `${file.id} ${file.mtimeS} ${file.mtimeNs}`;
}

const STATUS_MAX_BYTES = 4_096;

/**
 * Whether sv and the supervisor see the same process ids: the process that holds the supervisor's
 * lock is in the pid namespace of /proc, and so is sv.
 *
 * @returns `false` also if that cannot be known
 */
function isInOurNamespace(service: NamedService): boolean {
  const holder = lockHolder(service);
  return holder !== undefined && hasOneId(holder) && hasOneId("self");
}

/** A process of an inner namespace has an id there, too. */
function hasOneId(process: string): boolean {
  const status = read(`/proc/${process}/status`, STATUS_MAX_BYTES);
  const line = status?.split("\n").find((text) => text.startsWith("NSpid:\t"));
  return line?.split("\t").length === 2;
}

function read(path: string, maxBytes: number): string | undefined {
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, maxBytes));
}
