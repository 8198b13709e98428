/**
 * Finds the processes that can write to a pipe, from /proc. This is the part runsv/pipe-writers,
 * which supervisor/held-log-pipe.ts loads when a log pipe stays open.
 *
 * Source: proc_pid_fd(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { monotonicMs } from "../../base/reactor.ts";

/**
 * How long a result is reused: when runsvdir exits, it may ask about thousands of pipes at once.
 */
const FRESH_MS = 1_000;
const NAMED_MAX = 3;
/** In the mode of a link under /proc/PID/fd: the descriptor is open for writing. */
const OPEN_FOR_WRITING = 0o200;
const COMMAND_MAX_BYTES = 32;

/** The pids that can write, by the link text of their descriptors. */
let found: { readonly atMs: number; readonly writers: ReadonlyMap<string, number[]> } | undefined;

/**
 * @param id the pipe, as `Stat.id` names it
 * @returns such as `sleep (pid 300), sh (pid 301) and 2 others`; `another process` if /proc names
 * no writer
 */
export function writersOf(id: string): string {
  if (found === undefined || monotonicMs() - found.atMs > FRESH_MS) {
    found = { atMs: monotonicMs(), writers: allWriters() };
  }
  const inode = id.split(":")[1];
  const pids = found.writers.get(`pipe:[${inode}]`) ?? [];
  const named = pids.slice(0, NAMED_MAX).map((pid) => `${commandOf(pid)} (pid ${pid})`);
  const others = pids.length - named.length;
  if (others > 0) return `${named.join(", ")} and ${others} ${others === 1 ? "other" : "others"}`;
  return named.length === 0 ? "another process" : named.join(", ");
}

function allWriters(): Map<string, number[]> {
  const writers = new Map<string, number[]>();
  for (const name of namesIn("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === posix.getpid()) continue;
    for (const target of writtenBy(`/proc/${name}/fd`)) {
      const pids = writers.get(target) ?? [];
      if (!pids.includes(pid)) pids.push(pid);
      writers.set(target, pids);
    }
  }
  return writers;
}

/** The link texts of the pipes that a process can write to; `fds` is its `/proc/PID/fd`. */
function writtenBy(fds: string): string[] {
  const targets = namesIn(fds).map((fd) =>
    ignoringErrors(() => {
      const path = `${fds}/${fd}`;
      const target = posix.readlink(posix.AT_FDCWD, path);
      if (!target.startsWith("pipe:")) return undefined;
      const mode = posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW)?.mode ?? 0;
      return (mode & OPEN_FOR_WRITING) === 0 ? undefined : target;
    }),
  );
  return targets.filter((target) => target !== undefined);
}

/** The names in a directory; empty if it is missing or not readable. */
function namesIn(path: string): string[] {
  const names = ignoringErrors(() => {
    const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  });
  return names ?? [];
}

function commandOf(pid: number): string {
  const path = `/proc/${pid}/comm`;
  const name = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, COMMAND_MAX_BYTES));
  return printable((name ?? "?").trimEnd());
}
