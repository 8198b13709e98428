/**
 * Finds the processes of a process group in /proc.
 *
 * Source: proc(5), /proc/PID/stat.
 */
import * as posix from "posix";
import { unlessExhausted } from "../../base/errors.ts";
import { GROUP_FIELD, SESSION_FIELD, STATE_FIELD, statFields } from "../../base/process-stat.ts";
import { type SessionNumber, sessionNumber } from "../../supervisor/process-group.ts";

const STAT_MAX_BYTES = 1_024;
/** /proc itself is read as a list of names. */
const READ_DIRECTORY = posix.O_RDONLY | posix.O_DIRECTORY;

/** A process in a group. */
export interface GroupMember {
  readonly pid: number;
  readonly name: string;
}

/** `hidden`: /proc is missing, is of another pid namespace, or does not show the processes. */
export type GroupMembers = readonly GroupMember[] | "hidden";

/**
 * The processes of the group whose leader was `group`; zombies do not count.
 *
 * @param session if it is known, only processes of this session count
 * @param known the processes that were found before: as long as one of them exists, no others are
 * looked for
 * @throws {PosixError} a resource has run out
 */
export function membersOf(
  group: number,
  session: SessionNumber,
  known: readonly GroupMember[],
): GroupMembers {
  const isMember = ({ pid }: GroupMember) => isIn(pid, group, session) === "member";
  const remaining = known.filter(isMember);
  if (remaining.length > 0) return remaining;
  if (unlessExhausted(() => posix.readlink(posix.AT_FDCWD, "/proc/self")) !== `${posix.getpid()}`) {
    return "hidden";
  }
  const found: GroupMember[] = [];
  let isShown = false;
  for (const pid of allPids()) {
    const is = isIn(pid, group, session);
    isShown ||= is !== "stranger";
    if (is === "member") found.push({ pid, name: nameOf(pid) });
  }
  return isShown ? found : "hidden";
}

function allPids(): number[] {
  const proc = unlessExhausted(() => posix.open(posix.AT_FDCWD, "/proc", READ_DIRECTORY, 0));
  if (proc === undefined) return [];
  try {
    return (unlessExhausted(() => posix.readdir(proc)) ?? []).map(Number).filter(isPid);
  } finally {
    posix.close(proc);
  }
}

function isPid(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0;
}

/** `other`: a zombie, or a process of a later group with the same id. */
function isIn(pid: number, group: number, session: SessionNumber): "member" | "other" | "stranger" {
  const text = readProc(pid, "stat");
  if (text === undefined) return "stranger";
  const fields = statFields(text, SESSION_FIELD + 1);
  const state = fields[STATE_FIELD];
  const [groupText, sessionText] = [fields[GROUP_FIELD], fields[SESSION_FIELD]];
  if (groupText !== `${group}`) return "stranger";
  const isOfSession = session === 0 || sessionNumber(pid) === session;
  const hasEnded = state === "Z" || state === "X";
  return !hasEnded && sessionText === `${group}` && isOfSession ? "member" : "other";
}

function nameOf(pid: number): string {
  return readProc(pid, "comm")?.trimEnd() ?? "?";
}

function readProc(pid: number, file: "stat" | "comm"): string | undefined {
  const path = `/proc/${pid}/${file}`;
  return unlessExhausted(() => posix.readText(posix.AT_FDCWD, path, STAT_MAX_BYTES));
}
