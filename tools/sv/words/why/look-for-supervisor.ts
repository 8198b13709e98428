/**
 * Looks for the reason why no supervisor looks after a service directory.
 */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { nearestOf } from "../../../../base/misspelling.ts";
import { STATUS_BYTES, statusIn } from "../../../../protocol/status.ts";
import { realPath } from "../../logs/path-links.ts";
import type { NamedService } from "../../service.ts";
import type { AbsenceFacts } from "./facts.ts";
import { parentOf } from "./phrases.ts";
import { exists, processesNamed } from "./processes.ts";
import { unusableSupervise } from "./unusable-supervise.ts";

/** Directories of services that are not in use. Source: Debian, Void and Artix. */
const UNLINKED = ["/etc/sv", "/etc/runit/sv"];

export function absenceFacts(service: NamedService): AbsenceFacts {
  const { name, path } = service;
  const home = path === name ? undefined : path.slice(0, -name.length - 1);
  const names = home === undefined ? [] : namesIn(home);
  const found = statOf(path);
  const isThere = found !== undefined;
  const real = isThere ? realPath(path) : undefined;
  const runsvdir = runsvdirOf(home ?? parentOf(path));
  return {
    home,
    alike: isThere ? undefined : (nearestOf(name, names) ?? pathMeant(name, home)),
    danglesTo: isThere ? undefined : linkTarget(path),
    unlinked: isThere || home === undefined ? undefined : unlinkedPlace(name),
    runsvdir,
    supervisorEndedS: statOf(`${path}/supervise`)?.mtimeS,
    orphan: isThere ? orphanOf(service) : undefined,
    formerSupervisor:
      found === undefined || real === undefined ? undefined : formerSupervisor(real, found.id),
    unusable: isThere ? unusableSupervise(path, runsvdir) : undefined,
  };
}

function statOf(path: string): posix.Stat | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0));
}

function linkTarget(path: string): string | undefined {
  return ignoringErrors(() => posix.readlink(posix.AT_FDCWD, path));
}

/** The path, if a name with a slash is a service in the current directory. */
function pathMeant(name: string, home: string | undefined): string | undefined {
  if (home === undefined || !name.includes("/")) return undefined;
  return statOf(`./${name}/run`) === undefined ? undefined : `./${name}`;
}

function namesIn(path: string): string[] {
  const names = ignoringErrors(() => {
    const dir = Directory.open(path);
    try {
      return posix.readdir(dir.fd);
    } finally {
      dir.close();
    }
  });
  return names ?? [];
}

function unlinkedPlace(name: string): string | undefined {
  const places = (posix.getenv("SVSOURCE")?.split(":") ?? UNLINKED).map((at) => `${at}/${name}`);
  return places.find((place) => statOf(`${place}/run`) !== undefined);
}

/** The runsvdir whose directory this is. */
export function runsvdirOf(path: string): number | undefined {
  const found = statOf(path);
  if (found === undefined) return undefined;
  return processesNamed("runsvdir").find(({ pid, words, directory }) => {
    if (directory?.id === found.id) return true;
    return words
      .slice(1)
      .some(
        (word) => statOf(word.startsWith("/") ? word : `/proc/${pid}/cwd/${word}`)?.id === found.id,
      );
  })?.pid;
}

/** The process of the last status: it may have another one's pid by now, so its name is shown. */
function orphanOf(service: NamedService): number | undefined {
  return ignoringErrors(() => {
    const path = service.file("supervise/status");
    const max = STATUS_BYTES + 1; // one more, to see that there is none
    const bytes = posix.readText(posix.AT_FDCWD, path, max, posix.O_NOFOLLOW);
    const record = bytes === undefined ? undefined : statusIn(bytes);
    return record?.phase === "run" && exists(record.pid) ? record.pid : undefined;
  });
}

const DELETED = " (deleted)";

/** A runsv in a directory that had this path, or that was moved from it and called so. */
function formerSupervisor(real: string, id: string): number | undefined {
  const parent = parentOf(real);
  const base = real.slice(real.lastIndexOf("/") + 1);
  return processesNamed("runsv").find(({ words, directory: works }) => {
    if (works === undefined || works.id === id) return false;
    const at = works.text.endsWith(DELETED) ? works.text.slice(0, -DELETED.length) : works.text;
    if (at === real) return true;
    const called = words[1] ?? "";
    return parentOf(at) === parent && called.slice(called.lastIndexOf("/") + 1) === base;
  })?.pid;
}
