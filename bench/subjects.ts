/**
 * The subjects: ours, forked and dense, beside Debian's runit, s6 and daemontools, each with its
 * own commands.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { debian, ours } from "../tests/support/suite.ts";
import type { SubjectName } from "./measurement.ts";

type Command = readonly string[];

/** The logging modes that are compared; not every logger has all. */
export type LogMode = "plain" | "-t" | "-tt" | "-ttt" | "3 patterns" | "-r";

export interface Subject {
  readonly name: SubjectName;
  /** Why it cannot be measured here; `undefined` if it can. */
  readonly missing: string | undefined;
  /** The PATH with its tools. */
  readonly path: string;
  /** The number of services that one of its scanners takes; more are given to several. */
  readonly servicesMax: number;
  /**
   * How often it scans for new services without a notification; 0 if it watches the directory or
   * has to be notified.
   */
  readonly looksEveryMs: number;
  readonly scanner: (dir: string, services: number) => Command;
  /** Commands on one service; all except `status` return when the change is complete. */
  readonly status?: (service: string) => Command;
  readonly restart?: (service: string) => Command;
  readonly down?: (service: string) => Command;
  readonly up?: (service: string) => Command;
  /** Notifies the scanner of a new service, if it has to be notified. */
  readonly tell?: (dir: string) => Command;
  /** Changes to another user, and then executes the rest of its words. */
  readonly asNobody?: Command;
  readonly logger?: (mode: LogMode, dir: string) => Command | undefined;
}

/** The arguments for three patterns; ours and runit's are in the file `config`. */
export const SVLOGD_RULES: Partial<Record<LogMode, string>> = {
  "3 patterns": "-*\n+*error*\n+*timeout*\n",
};
const LOG_FILES = 10;
const LOG_BYTES = 1_000_000;

const runit = (bin: string) => ({
  path: `${bin}:/usr/bin:/bin`,
  status: (service: string) => [join(bin, "sv"), "status", service],
  restart: (service: string) => [join(bin, "sv"), "restart", service],
  down: (service: string) => [join(bin, "sv"), "-v", "down", service],
  up: (service: string) => [join(bin, "sv"), "-v", "up", service],
});

const runitTools = (bin: string) => ({
  asNobody: [join(bin, "chpst"), "-u", "nobody"],
  logger: (mode: LogMode, dir: string) => {
    const option = mode === "-r" ? ["-r_"] : mode.startsWith("-") ? [mode] : [];
    return [join(bin, "svlogd"), ...option, dir];
  },
});

const SUBJECTS: readonly Subject[] = [
  {
    ...runit(ours.bin),
    ...runitTools(ours.bin),
    name: "ours",
    missing: lacks(ours.bin, ["runsvdir", "sv", "chpst", "svlogd"]),
    servicesMax: Number.POSITIVE_INFINITY,
    looksEveryMs: 0,
    scanner: (dir) => [join(ours.bin, "runsvdir"), dir],
  },
  {
    ...runit(ours.bin),
    name: "dense",
    missing: lacks(ours.bin, ["runsvdir"]) ?? refusesDense(join(ours.bin, "runsvdir")),
    servicesMax: Number.POSITIVE_INFINITY,
    looksEveryMs: 0,
    scanner: (dir) => [join(ours.bin, "runsvdir"), "--dense", dir],
  },
  {
    ...runit(debian.bin),
    ...runitTools(debian.bin),
    name: "runit",
    missing: debian.missing ?? lacks(debian.bin, ["chpst", "svlogd"]),
    servicesMax: 1_000,
    looksEveryMs: 5_000,
    scanner: (dir) => [join(debian.bin, "runsvdir"), dir],
  },
  {
    name: "s6",
    missing: lacks("/usr/bin", ["s6-svscan", "s6-supervise", "s6-svc", "s6-svstat", "s6-log"]),
    path: "/usr/bin:/bin",
    servicesMax: Number.POSITIVE_INFINITY,
    looksEveryMs: 0,
    // A logger counts as a service; a thousand is its own default.
    scanner: (dir, services) => ["s6-svscan", "-c", `${Math.max(1_000, 2 * services + 10)}`, dir],
    status: (service) => ["s6-svstat", service],
    restart: (service) => ["s6-svc", "-wr", "-r", service],
    down: (service) => ["s6-svc", "-wD", "-d", service],
    up: (service) => ["s6-svc", "-wu", "-u", service],
    tell: (dir) => ["s6-svscanctl", "-a", dir],
    asNobody: ["s6-setuidgid", "nobody"],
    logger: (mode, dir) => {
      const script = { plain: [], "-t": ["t"], "-tt": ["T"] }[mode as string];
      const rules = mode === "3 patterns" ? ["-.*", "+error", "+timeout"] : script;
      return rules && ["s6-log", "--", ...rules, `n${LOG_FILES}`, `s${LOG_BYTES}`, dir];
    },
  },
  {
    name: "daemontools",
    missing: lacks("/usr/bin", ["svscan", "supervise", "svstat", "setuidgid", "multilog"]),
    path: "/usr/bin:/bin",
    servicesMax: 1_000,
    looksEveryMs: 5_000,
    scanner: (dir) => ["svscan", dir],
    status: (service) => ["svstat", service],
    asNobody: ["setuidgid", "nobody"],
    logger: (mode, dir) => {
      const script = { plain: [], "-t": ["t"] }[mode as string];
      const rules = mode === "3 patterns" ? ["-*", "+*error*", "+*timeout*"] : script;
      return rules && ["multilog", ...rules, `s${LOG_BYTES}`, `n${LOG_FILES}`, dir];
    },
  },
];

/** All subjects, and `bare`: the run scripts alone, without a supervisor. */
export function subjects(driver: string): readonly Subject[] {
  const bare: Subject = {
    name: "bare",
    missing: undefined,
    path: "/usr/bin:/bin",
    servicesMax: Number.POSITIVE_INFINITY,
    looksEveryMs: 0,
    scanner: (dir) => [driver, "bare", dir],
  };
  return [...SUBJECTS, bare];
}

function lacks(bin: string, tools: readonly string[]): string | undefined {
  const absent = tools.filter((tool) => {
    try {
      accessSync(join(bin, tool), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
  return absent.length > 0 ? `${bin} lacks ${absent.join(", ")}` : undefined;
}

/** A runsvdir with this mode complains about the argument; one without it does not mention it. */
function refusesDense(runsvdir: string): string | undefined {
  const { stderr } = spawnSync(runsvdir, ["--dense=no"], { argv0: "runsvdir", encoding: "utf8" });
  return stderr.includes("dense") ? undefined : "this runsvdir has no --dense";
}
