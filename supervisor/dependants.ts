/**
 * The links supervise/dependants/NAME, each to the service directory of a service that depends on
 * this one. Its supervisor makes the link before it takes the hold, and removes it before it lets
 * go. So a link without a hold is that of a supervisor that was killed; it counts as a hold as long
 * as its process lives, and until the next supervisor has run ./finish.
 */
import * as posix from "posix";
import { Directory } from "../base/directory.ts";
import { ignoring, ignoringErrors, unlessExhausted } from "../base/errors.ts";
import { identityOf } from "../base/process-identity.ts";
import { Report } from "../base/report.ts";
import type { AdoptRecord } from "../protocol/adopt.ts";
import { AdoptFile } from "./adopt-file.ts";
import { readStatus } from "./read-status.ts";
import { hasGoneDown } from "./recovered-state.ts";

const NAME = "dependants";
const PERMISSIONS = 0o700;
/** Between a name and a number, if a service of another tree has the same name. */
const NUMBERED = "~";
const NUMBER_MAX = 100;

/** A service that depends on another one, as its link has it. */
export interface Dependant {
  readonly name: string;
  /** Its service directory. */
  readonly path: string;
}

/**
 * Makes the link of a dependant.
 *
 * @param supervise the supervise directory of the other service
 * @returns its name; `undefined` without permission to make one
 */
export function link(supervise: number, { name, path }: Dependant): string | undefined {
  const linked = (dir: number) => {
    for (let number = 1; number <= NUMBER_MAX; number += 1) {
      const free = number === 1 ? name : `${name}${NUMBERED}${number}`;
      const isMade = ignoring(["EEXIST"], () => {
        posix.symlink(path, dir, free);
        return true;
      });
      if (isMade === true || posix.readlink(dir, free) === path) return free;
    }
    return undefined;
  };
  return ignoringErrors(() => {
    const made = ignoring(["ENOENT"], () => within(supervise, linked));
    if (made !== undefined) return made;
    ignoring(["EEXIST"], () => posix.mkdir(supervise, NAME, PERMISSIONS));
    return within(supervise, linked);
  });
}

/** Removes the link called `name`; `at` is as for {@link dependantsIn}. */
export function unlink(supervise: number, name: string, at: "" | "supervise/" = ""): void {
  ignoringErrors(() => within(supervise, (dir) => posix.unlink(dir, name, 0), at));
}

/**
 * The links; an empty list if nobody has ever depended on the service.
 *
 * @param at the path of the supervise directory, relative to `dir`
 * @throws {PosixError} a resource has run out
 */
export function dependantsIn(dir: number, at: "" | "supervise/" = ""): Dependant[] {
  const found = unlessExhausted(() =>
    within(
      dir,
      (dir) =>
        posix.readdir(dir).flatMap((name) => {
          const path = unlessExhausted(() => posix.readlink(dir, name));
          // A supervisor makes absolute ones; another would lead from the current directory.
          return path?.startsWith("/") === true ? [{ name, path }] : [];
        }),
      at,
    ),
  );
  return found ?? [];
}

/**
 * Whether the dependant has a process.
 *
 * @throws {PosixError} a resource has run out
 */
export function isAlive({ path }: Dependant): boolean {
  return inside(path, (home) => {
    const record = recordIn(home);
    const identity = record && identityOf(record.pid);
    return identity?.startTicks === record?.startTicks && identity?.isZombie === false;
  });
}

/**
 * Whether the dependant's process has ended, and no supervisor has seen to what follows, such as
 * ./finish. A supervisor that was killed closes its FIFOs one by one, so one that seems to live is
 * no proof of the contrary.
 *
 * @throws {PosixError} a resource has run out
 */
export function isAbandoned({ path }: Dependant): boolean {
  return inside(path, (home) => {
    const record = recordIn(home);
    const status = record && readStatus(home, "supervise");
    return record !== undefined && status !== undefined && !hasGoneDown(status, record);
  });
}

/** @returns `false` if the service directory cannot be opened */
function inside(path: string, look: (home: Directory) => boolean): boolean {
  const home = unlessExhausted(() => Directory.open(path));
  if (home === undefined) return false;
  try {
    return look(home);
  } finally {
    home.close();
  }
}

/** Reports nothing: the dependant's own supervisor does. */
const SILENT = new Report("", 0, () => {});

function recordIn(home: Directory): AdoptRecord | undefined {
  return new AdoptFile(home, "supervise", SILENT).read();
}

function within<T>(supervise: number, use: (dir: number) => T, at = ""): T {
  const flags = posix.O_RDONLY | posix.O_DIRECTORY | posix.O_NOFOLLOW;
  const dir = posix.open(supervise, at + NAME, flags, 0);
  try {
    return use(dir);
  } finally {
    posix.close(dir);
  }
}
