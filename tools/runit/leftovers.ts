/**
 * What stage 2 leaves behind when it crashes: the processes of all sessions that did not exist
 * before it. (`runsvdir -P` gives each service a session of its own, so the process group of
 * stage 2 has few of them.)
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { SESSION_FIELD, STATE_FIELD, statFields } from "../../base/process-stat.ts";

const STAT_MAX_BYTES = 1_024;
/** The session of the kernel's threads. */
const KERNEL = 0;

interface Process {
  readonly pid: number;
  readonly session: number;
}

export class Leftovers {
  readonly #before: ReadonlySet<number>;

  /** @param sessions those that existed before stage 2 */
  constructor(sessions: readonly number[]) {
    this.#before = new Set([KERNEL, ...sessions]);
  }

  /** The sessions that existed before. */
  get sessions(): number[] {
    return [...this.#before];
  }

  /** @param stage the pid that stage 2 had, which is its process group too */
  find(stage: number | undefined): "nothing" | "supervised" | "others" {
    const found = this.#processes();
    if (found === undefined) return isGroup(stage) ? "others" : "nothing";
    if (found.length === 0) return "nothing";
    return found.some(isSupervised) ? "supervised" : "others";
  }

  signal(stage: number | undefined, signal: number): void {
    const found = this.#processes();
    const targets = found?.map(({ pid }) => pid) ?? (stage === undefined ? [] : [-stage]);
    for (const pid of targets) ignoringErrors(() => posix.kill(pid, signal));
  }

  /** @returns `undefined` without /proc */
  #processes(): readonly Process[] | undefined {
    return processes()?.filter(({ session }) => !this.#before.has(session));
  }
}

/**
 * The sessions that are older than the process `stage`, which has just started: a boot has not yet
 * used all pids, so newer sessions have larger numbers. Without /proc there are none.
 */
export function sessionsBefore(stage: number): number[] {
  const sessions = (processes() ?? []).map(({ session }) => session);
  return [...new Set(sessions.filter((session) => session < stage))];
}

/** Zombies are not counted. */
function processes(): Process[] | undefined {
  return ignoringErrors(() => {
    const dir = posix.open(posix.AT_FDCWD, "/proc", posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      const found = posix.readdir(dir).map((name) => processIn(dir, name));
      const known = found.filter((one) => one !== undefined);
      return known.length > 0 ? known : undefined; // an empty directory: /proc is not mounted
    } finally {
      posix.close(dir);
    }
  });
}

function processIn(proc: number, name: string): Process | undefined {
  const pid = Number(name);
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const text = ignoringErrors(() => posix.readText(proc, `${pid}/stat`, STAT_MAX_BYTES));
  if (text === undefined) return undefined;
  const fields = statFields(text, SESSION_FIELD + 1);
  const session = Number(fields[SESSION_FIELD]);
  return fields[STATE_FIELD] === "Z" || Number.isNaN(session) ? undefined : { pid, session };
}

/**
 * Whether a supervisor of runits has started it, or it is one: in its service directory is a record
 * by which the next supervisor takes it over. runit's own supervisors write none.
 */
function isSupervised({ pid }: Process): boolean {
  const record = `/proc/${pid}/cwd/supervise/adopt`;
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, record, 0)) !== undefined;
}

function isGroup(stage: number | undefined): boolean {
  return stage !== undefined && ignoringErrors(() => posix.kill(-stage, 0) ?? true) !== undefined;
}
