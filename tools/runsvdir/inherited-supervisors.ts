/**
 * The supervisors that this process had before its re-exec, and still has: they are its children.
 * A supervisor's current directory is its service directory, so they are found even if supervise/
 * was removed, or their entry renamed meanwhile.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import { baseName } from "../../base/options.ts";
import { identityOf } from "../../base/process-identity.ts";

export class InheritedSupervisors {
  /** Until this process has reaped them, no other process can get these pids. */
  readonly pids: readonly number[];
  /** By the ids of their service directories; read on first use. */
  #byService: Map<string, number> | undefined;
  readonly #taken = new Set<number>();

  /** @param pids as handed over; whatever is no child of this process is left out */
  constructor(pids: readonly number[]) {
    const own = posix.getpid();
    this.pids = pids.filter((pid) => ignoringErrors(() => identityOf(pid))?.parent === own);
  }

  /** @returns the pid of the supervisor of the service directory `id`; once for each */
  take(id: string): number | undefined {
    this.#byService ??= this.#read();
    const pid = this.#byService.get(id);
    this.#byService.delete(id);
    if (pid !== undefined) this.#taken.add(pid);
    return pid;
  }

  /** Those that nobody has taken, with the names of their service directories. */
  get rest(): (readonly [pid: number, name: string])[] {
    return this.pids
      .filter((pid) => !this.#taken.has(pid))
      .map((pid) => {
        const path = ignoringErrors(() => posix.readlink(posix.AT_FDCWD, directoryOf(pid)));
        return [pid, baseName(path ?? "")];
      });
  }

  #read(): Map<string, number> {
    const byService = new Map<string, number>();
    for (const pid of this.pids) {
      const path = directoryOf(pid);
      const directory = ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
      if (directory !== undefined && !byService.has(directory.id)) byService.set(directory.id, pid);
    }
    return byService;
  }
}

/** The current directory of a process. */
function directoryOf(pid: number): string {
  return `/proc/${pid}/cwd`;
}
