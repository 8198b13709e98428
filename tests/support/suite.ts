/**
 * The tools under test: ours, and the original that they have to agree with.
 *
 * `RUNITS_BIN` names the directory of ours; without it, the build's output is tested. With
 * `RUNITS_BIN=/usr/bin` the original is tested in place of ours, which shows that a test expects
 * runit's behaviour. Tests of improvements name their row of docs/differences.md and are skipped
 * then.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const HOME = resolve(import.meta.dirname, "../..");
const TOOLS = ["runsv", "runsvdir", "sv"] as const;
export type Tool = (typeof TOOLS)[number];

export interface Suite {
  readonly name: string;
  readonly bin: string;
  /** Why its tests cannot run, `undefined` when they can. */
  readonly missing: string | undefined;
}

function suite(name: string, bin: string): Suite {
  const absent = TOOLS.filter((tool) => !isExecutable(join(bin, tool)));
  const missing = absent.length > 0 ? `${bin} lacks ${absent.join(", ")}` : undefined;
  return { name, bin, missing };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const debian = suite("debian", "/usr/bin");
export const ours = suite("ours", resolve(process.env.RUNITS_BIN ?? join(HOME, "dist/bin")));

/** Whether the original stands in for ours. */
export const originalInPlace = ours.bin === debian.bin;

export function tool(of: Suite, name: Tool): string {
  return join(of.bin, name);
}

/** Options for a test of a difference that is meant: `key` is a row of docs/differences.md. */
export function improved(key: DifferenceKey): { readonly skip: string | false } {
  return { skip: originalInPlace && `the original differs: ${key}` };
}

/** The rows of docs/differences.md that the tests name; differences.test.ts looks for each. */
export const DIFFERENCES = [
  // supervise/
  "status-despite-pid", // a failing pid.new does not keep status and stat from being written
  "state-on-full-disk", // pid, stat and status are right on a full file system
  "state-links", // no link under supervise/ is followed by a write
  "log-pid-from-start", // log/supervise/pid is there from the start
  "pid-with-start", // pid and stat appear when the first process has started
  "log-control-not-fifo", // a plain file as log/supervise/control is refused
  "removed", // a service directory that is removed is reported once
  "own-files", // a link or a second name for control, ok or lock is not opened
  "supervise-create", // why supervise/ could not be created
  "lock-holder", // who has supervise/lock
  "log-lock-at-once", // log/supervise/lock held by another: fatal at once
  // runsv
  "control-scripts-async", // commands are answered while a control script runs
  "control-script-killed", // a control script killed by a signal is no veto
  "control-script-signals", // control scripts run with the signal mask runsv was started with
  "commands-before-end", // all commands that were given before a process ended decide what follows
  "exit-stays", // `d` after `x` does not take the exit back
  "up-after-exit", // `u` after `x` takes the exit back also once the log pipe is closed
  "kill-in-finish", // `k` kills ./finish, which is run once
  "kill-veto", // control/k that vetoes leaves the state run
  "throttle-answers", // commands are answered in the second of rest
  "restart-on-request", // a restart that was asked for does not wait for the second of rest
  "fork-retry", // a failing fork is retried, and commands are answered meanwhile
  "signals-end-service", // INT and HUP end the service as TERM does
  "never-run", // a program that cannot be executed is never published as running
  "log-rest-read", // a log service that rests starts for the lines in its pipe
  "log-pipe-held", // an orphan that has the log pipe keeps no supervisor from its exit
  "dependencies", // needs/ and after/ order starts and stops
  "exec-failure", // why something cannot be executed
  "event", // supervise/event
  "readiness", // a service reports when it is ready
  "history", // supervise/history, and that it does not stay
  "bounds", // limit files end services that hang or loop
  "kill-group", // stop signals go to the process group, and nothing of it is left
  "log-directory", // where a log service that was stopped has written
  "keep-output", // a file has the end of the output kept
  "access", // a file gives groups their rights in supervise/
  "restart-policy", // a file decides after which exits a service starts again
  "pause-flag", // `p` and `c` set no flag if they send no signal
  "adoption", // a supervisor takes over the processes of one that was killed
  // runsvdir
  "keeps-supervisors", // a runsv that is at work is left there, and no second one started
  "scan-notices", // additions, removals and deaths are seen at once
  "scan-keeps-on-stat-error", // an entry that cannot be looked at for a moment is kept
  "settle", // a directory that is being filled is left alone
  "scan-no-limit", // more than 1000 services
  "scan-log-blocking", // stderr under LOG blocks, nothing is lost
  // A runsv that fails is started again less and less often, and when its directory changes.
  "runsv-failing",
  "passing-name", // a link that is about to be renamed is waited for
  "scan-options", // an unknown option is a usage error
  "rescan-message", // the message about a .forced-rescan that cannot be written
  "scan-signals-at-once", // TERM and HUP are served at once
  "stop", // as process 1, and with --stop, runsvdir stops everything in order and waits
  "essential", // the end of an essential service is that of the tree
  "command", // a command that runs above the services, and ends the tree
  "dense", // one process holds all supervisors
  "upgrade", // USR2 re-execs a whole tree
  // runit
  "stage-killed", // the stage after one that was killed
  "stage-unexecuted", // the stage after one that cannot be executed
  "init-version", // --help, and the first message of process 1
  "init-help", // runit-init --help
  "init-usage", // wrong words
  // sv
  "sv-trailing-slash", // DIR/ is found also while waiting
  "sv-waits-by-event", // no polling; services are watched together, no extra rest after a timeout
  "sv-restart-new-process", // restart never reports the old process
  "sv-stop-wants-down", // stop is done once the service is wanted down
  "sv-check-verdict", // a check that was killed or cannot be executed does not count as ok
  "sv-check-async", // a check is asked again soon, and delays nothing
  "sv-check-descriptors", // check has a standard output and nothing of sv's
  "sv-log-status", // a log that is not supervised is not shown with the service's own data
  "sv-check-state", // check asks also whether the service is in the state wanted
  "sv-once-check-failing", // once and check do not call a service ok that keeps failing
  "sv-timeout-reason", // on a terminal the reason follows a time-out
  "sv-always-sends", // a command is sent also if the status says that it is obeyed already
  "sv-untrue-status", // a process that does not exist is not taken for the service
  "sv-got-term", // a process that got TERM is not taken for the service that is to start
  "sv-failed", // a service that was given up is reported as failed
  "sv-check-log", // check asks the log service too
  "sv-directory", // sv looks for the services directory in the usual places
  "sv-long-options", // an option that sv does not know is an error
  "sv-help", // --help prints a page
  "sv-path-told", // a service directory that is not there is named
  "sv-wait-number", // a time to wait that is no number is warned of
  "sv-status-format", // a status of another length or with unknown values is a bad format
  "sv-waits-for-supervision", // start waits for a directory that was just linked
  "sv-lsb-status", // under a service's name: the service's own state, and 3 if nothing runs
  "kill-down", // after `k`, down is said when the process has ended
  "sigpipe", // PIPE does not end runsv
  "sigxfsz", // a limit on the size of files does not end runsv
  "sv-start-failure", // start fails at once if ./run cannot be executed
  "sv-stay", // -s SEC: a start must last
  "sv-needs", // sv start starts what a service needs
  "sv-words", // more words of ours
  "sv-version", // --version
  "sv-service-suggested", // a service with a name like one that does not exist
  "sv-word-explained", // a word that counts by its first letter
  "sv-right-explained", // how to get a right that is missing
  "sv-unknown-command", // a word that is no command is named
  "sv-usage-help", // a person is led to --help
  "version", // the text of -V
  // --help prints a page
  "runsv-help",
  "runsvdir-help",
  "chpst-help",
  "svlogd-help",
  "runsvchdir-help",
  "pause", // a tool of ours
  "utmpset-help",
  // runsvchdir
  "runsvchdir-no-gap", // current exists at every moment
  "runsvchdir-previous", // DIR may be previous
  "runsvchdir-separator", // a message has a separator
  // utmpset
  "utmpset-all-records", // all logins of a line end
  "utmpset-full-line", // a line may fill its field
  "utmpset-wtmp-mode", // a new wtmp can be read by everybody
  "utmpset-version", // the text of -V
  // svlogd
  "close-unopened", // a directory that could not be opened is not reported as closed
] as const;
export type DifferenceKey = (typeof DIFFERENCES)[number];

/**
 * The rows of docs/differences.md by the keys in their first column, and the tool under whose
 * heading each stands.
 */
export function documentedDifferences(): ReadonlyMap<string, string> {
  const page = readFileSync(join(HOME, "docs/differences.md"), "utf8");
  const [, ...parts] = page.split(/^## /m);
  const rows = parts.flatMap((part) => {
    const [tool = ""] = part.split("\n", 1);
    return [...part.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map(([, key = ""]) => [key, tool] as const);
  });
  const repeated = rows.map(([key]) => key).filter((key, index, keys) => keys.indexOf(key) < index);
  if (repeated.length > 0) throw new Error(`docs/differences.md says twice: ${repeated.join()}`);
  return new Map(rows);
}
