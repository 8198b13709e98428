/** Looks for the files of a service directory that decide which processes a supervisor starts. */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import {
  ignoringErrors,
  isResourceExhaustion,
  onPosixError,
  unlessExhausted,
} from "../base/errors.ts";
import { HOLD } from "./hold.ts";
import type { OptionalFile } from "./optional-files.ts";
import { readStatus } from "./read-status.ts";
import { ROLE_PATHS } from "./role-paths.ts";
import type { ServiceOwner, Surroundings } from "./service-owner.ts";
import { type Moment, newService, type Role, type Service } from "./state.ts";

type Files = Pick<ServiceOwner, "home" | "optionalFiles">;

/** Whether there is a log service: the directory `log`. */
export function hasLogService({
  home,
  optionalFiles,
  report,
}: Files & Pick<Surroundings, "report">): boolean {
  if (!optionalFiles.mayHaveLog) return false;
  const log = onPosixError(
    () => posix.mode(home.fd, "log", 0),
    (error) => {
      if (isResourceExhaustion(error)) report.fatal("unable to stat() ./log: ", error);
      report.warn("unable to stat() ./log: ", error); // runit's double colon
      return undefined;
    },
  );
  if (log === undefined) return false;
  if ((log & posix.S_IFMT) === posix.S_IFDIR) return true;
  report.warn("./log: not a directory.");
  return false;
}

/** @throws {PosixError} a resource has run out */
export function exists(home: Directory, name: string): boolean {
  return unlessExhausted(() => posix.stat(home.fd, name, 0)) !== undefined;
}

/** Whether the file is there now; costs a stat only if it may be. */
export function hasFile({ home, optionalFiles }: Files, name: OptionalFile): boolean {
  return optionalFiles.has(name) && exists(home, name);
}

/**
 * A service of which no process is recorded: wanted up, unless a `down` file exists. If it has
 * waited for its first start, the want of its predecessor counts: commands may have changed it.
 */
export function untouchedService(owner: ServiceOwner, role: Role, at: Moment): Service {
  const { home, report, context } = owner;
  const want = role === "main" && context.isSuccessor ? wantLeft(home) : undefined;
  if (want !== undefined) return newService(role, want, at);
  const down = `${ROLE_PATHS[role].where}down`;
  const isDown = report.must(`stat ${down}`, () =>
    role === "main" ? hasFile(owner, "down") : exists(home, down),
  );
  return newService(role, isDown ? "down" : "up", at);
}

/** @returns `undefined` if the predecessor has exited, which removes its hold, or had a process */
function wantLeft(home: Directory): "up" | "down" | undefined {
  const hold = ignoringErrors(() => posix.stat(home.fd, HOLD, posix.AT_SYMLINK_NOFOLLOW));
  if (hold === undefined) return undefined;
  const status = readStatus(home, "supervise");
  return status?.phase === "down" ? status.want : undefined;
}

/**
 * Whether the file can be read; also true if that is unknown, because the attempt to start it will
 * show.
 */
export function canRead(home: Directory, name: string): boolean {
  return onPosixError(
    () => {
      // Most services have none, and this costs less than a call that fails.
      const found = unlessExhausted(() => home.stat(name));
      if (found === undefined) return false;
      // Opening a device may have side effects.
      if ((found.mode & posix.S_IFMT) !== posix.S_IFREG) return true;
      const fd = unlessExhausted(() => home.openRead(name));
      if (fd !== undefined) posix.close(fd);
      return fd !== undefined;
    },
    () => true,
  );
}
