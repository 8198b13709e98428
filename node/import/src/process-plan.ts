/**
 * One process of another supervisor's configuration, in the terms of a service directory.
 *
 * Pure: the readers make it, service-directory.ts makes files of it.
 */
import type { Note, Place } from "./note.ts";

/** What svlogd is to do with a log. */
export interface LogPlan {
  /** The largest size of a file, in bytes; 0: no limit. */
  readonly maxBytes: number;
  /** How many rotated files to keep; 0: all. */
  readonly files: number;
}

/** For a program whose former supervisor had no log of its own. */
export const DEFAULT_LOG: LogPlan = { maxBytes: 1_000_000, files: 10 };

/** A command beside the program. */
export interface Step {
  readonly command: readonly string[];
  /** Whether the script ends if it fails. */
  readonly isNeeded: boolean;
  /** Whether it runs as `run` does, and not with the user and directory of the program. */
  readonly isPrivileged: boolean;
}

/** A script that runs commands; they get the variable MAINPID. */
export interface Hook {
  readonly steps: readonly Step[];
  /** 0: of a control script, runsv sends no signal. */
  readonly exitCode: 0 | 1;
}

interface EnvironmentFile {
  readonly path: string;
  readonly isOptional: boolean;
}

export interface ProcessPlan {
  /** The name of its service directory. */
  readonly name: string;
  /** Where it is described, such as `[program:web]`. */
  readonly origin: Place & { readonly title: string };
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly directory?: string | undefined;
  /** As `chpst -u` takes it. */
  readonly user?: string | undefined;
  /** Octal digits. */
  readonly umask?: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  /** Its log service, if it has one: that takes the standard output. */
  readonly log?: LogPlan | undefined;
  readonly stdout: "passed" | "none";
  /** `log`: goes to the log service, as the standard output. */
  readonly stderr: "log" | "passed" | "none";
  /** A signal's name without SIG. */
  readonly stopSignal?: string | undefined;
  /** How long after the stop signal it is killed, in milliseconds. */
  readonly killTimeoutMs?: number | undefined;
  /** Whether signals go to all processes that it has started. */
  readonly ownsGroup: boolean;
  /** The text of `restart-policy`. */
  readonly restartPolicy?: string | undefined;
  /** After so many crashes it is not started again. */
  readonly maxCrashes?: number | undefined;
  /** How long it has to run before it counts as started, in seconds. */
  readonly startSeconds?: number | undefined;
  readonly startsDown: boolean;
  /** What it is, for people. */
  readonly about?: readonly string[] | undefined;
  /** Other options of chpst, each a word. */
  readonly chpst?: readonly string[] | undefined;
  /** Files that its supervisor reads at each start. */
  readonly environmentFiles?: readonly EnvironmentFile[] | undefined;
  /** Whether these files count less than `environment`. */
  readonly environmentWins?: boolean | undefined;
  readonly steps?: readonly Step[] | undefined;
  /** Whether it does its work and ends, and is then up until it is stopped. */
  readonly isOneShot?: boolean | undefined;
  /** Services that it needs, with the text of their files in `needs/`. */
  readonly needs?: ReadonlyMap<string, "" | "restart"> | undefined;
  /** Services that it starts after. */
  readonly after?: readonly string[] | undefined;
  /** The text of `notify-socket`. */
  readonly notifies?: "main" | "all" | undefined;
  /** The command of `check`, which runs as the program does. */
  readonly check?: readonly string[] | undefined;
  /** Scripts for events, by their paths. */
  readonly hooks?: ReadonlyMap<"control/h" | "control/t" | "finish", Hook> | undefined;
  /** Files with a number, by their names, such as `check-period`. */
  readonly numbers?: ReadonlyMap<string, number | undefined> | undefined;
  /** What it loses. */
  readonly notes: readonly Note[];
}
