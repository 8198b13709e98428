/**
 * Says who has a lock that runsv does not get: the part runsv/lock-holder, which open-supervise.ts
 * loads for the message.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { holderOf } from "../../base/lock-holder.ts";
import { printable } from "../../base/printable.ts";

/**
 * @param lock its descriptor
 * @returns such as ` (locked by runsv, process 4711)`; `""` if nobody knows
 */
export function holderText(lock: number): string {
  const pid = ignoringErrors(() => holderOf(posix.fstat(lock).id));
  const name = ignoringErrors(() => posix.readText(posix.AT_FDCWD, `/proc/${pid}/comm`));
  return name === undefined ? "" : ` (locked by ${printable(name.trimEnd())}, process ${pid})`;
}
