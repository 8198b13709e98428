/** The directory in which `sv link` and `sv remove` work: the one that runsvdir looks at. */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors, isPosixError, reason } from "../../../../base/errors.ts";
import { quoted } from "../../../../base/quoted.ts";
import { ENTRY_MAX_BYTES, readEntry } from "../../../../protocol/dependency.ts";
import { servicesHome } from "../../home.ts";
import { NamedService } from "../../service.ts";
import { homeProblem } from "../home-problem.ts";
import { viewOf } from "../view.ts";

/** Source: runit 2.1.2, runsvchdir(8). */
const RUNSVDIRS = "/etc/runit/runsvdir";
/** The directory with which a machine boots. Source: runit, runsvchdir(8). */
const DEFAULT = "default";

const LINK_ITSELF = posix.AT_SYMLINK_NOFOLLOW;

export class LinkPlace {
  readonly path: string;
  readonly directory: Directory;
  /** Whether it is the directory in which sv finds services, so that a supervisor may come. */
  readonly isScanned: boolean;

  private constructor(path: string, isScanned: boolean) {
    this.path = path;
    this.directory = Directory.open(path);
    this.isScanned = isScanned;
  }

  /**
   * @param runsvdir a directory in /etc/runit/runsvdir; `undefined`: the services directory, or if
   * that is a link that leads nowhere, as on a system that has not booted, the default one
   * @returns or why it cannot be opened
   */
  static open(runsvdir: string | undefined): LinkPlace | string {
    const home = servicesHome();
    const name = runsvdir ?? (isDangling(home) ? DEFAULT : undefined);
    const path = name === undefined ? home : `${RUNSVDIRS}/${name}`;
    try {
      return new LinkPlace(path, name === undefined || isSame(home, path));
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (path === home) return homeProblem(home, error);
      return `unable to open ${quoted(path)}: ${reason(error)}`;
    }
  }

  /** The services directory `path`, in which a supervisor may come. @throws {PosixError} */
  static of(path: string): LinkPlace {
    return new LinkPlace(path, true);
  }

  /** The path of an entry. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The entry itself, not what it leads to. @throws {PosixError} */
  entry(name: string): posix.Stat | undefined {
    return posix.stat(this.directory.fd, name, LINK_ITSELF);
  }

  /** Why no link can be made or removed, and what to do; empty if that is another failure. */
  refusal({ code }: Pick<posix.PosixError, "code">): string {
    if (code !== "EACCES" && code !== "EPERM") return "";
    return ` (this user may not write to ${quoted(this.path)}: run as root)`;
  }

  /** The services here that need the one of this name, as supervisors of runits see it. */
  dependantsOf(name: string): string[] {
    const { fd } = this.directory;
    const now = posix.clockReal();
    return posix.readdir(fd).filter((other) => {
      if (other.startsWith(".") || other === name) return false;
      const path = `${other}/needs/${name}`;
      const words = ignoringErrors(() => posix.readText(fd, path, ENTRY_MAX_BYTES));
      if (words === undefined || readEntry("needs", name, words).dir !== undefined) return false;
      return viewOf(new NamedService(other, this.file(other)), { now }).live?.isOurs === true;
    });
  }

  /** The name of another service that is the same directory as `target`, if there is one. */
  otherNameOf(target: posix.Stat, name: string): string | undefined {
    const { fd } = this.directory;
    return posix
      .readdir(fd)
      .filter((entry) => !entry.startsWith(".") && entry !== name)
      .find((entry) => ignoringErrors(() => posix.stat(fd, entry, 0))?.id === target.id);
  }
}

function isDangling(path: string): boolean {
  const look = (flags: number) => ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, flags));
  return look(LINK_ITSELF) !== undefined && look(0) === undefined;
}

function isSame(one: string, other: string): boolean {
  const idOf = (path: string) => ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
  return idOf(one) === idOf(other);
}
