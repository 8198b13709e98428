/**
 * Finds out who can write into a pipe, from /proc. A program of its own, runsv/pipe-writers, which supervisor/supervisor.ts loads when a
 * log pipe stays open.
 *
 * Source: proc_pid_fd(5).
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { monotonicMs } from "../../base/reactor.ts";

/** A tree that ends may ask for thousands of pipes at once, so what was found holds for so long. */
const FRESH_MS = 1_000;
const NAMED_MAX = 3;
/** In the mode of a link under /proc/PID/fd: the descriptor is open for writing. */
const OPEN_FOR_WRITING = 0o200;
const COMMAND_MAX_BYTES = 32;

/** The processes that can write, by what their descriptors are links to. */
let found: { readonly atMs: number; readonly writers: ReadonlyMap<string, number[]> } | undefined;

/**
 * @param id the pipe, as `Stat.id` names it
 * @returns such as `sleep (pid 300), sh (pid 301) and 2 others`; `another process` if /proc does not tell
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

/** The pipes into which the process whose `/proc/PID/fd` is `fds` can write. */
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

/** None of a directory that is not there, or not for us. */
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
