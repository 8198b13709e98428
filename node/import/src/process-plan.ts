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
  /** What it loses. */
  readonly notes: readonly Note[];
}
