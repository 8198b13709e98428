/**
 * The black-box tests that fail on the portable variant, because they need what the BSDs and macOS
 * lack: docs/portability.md.
 */
import type { KnownFailures } from "./verdict.ts";

/**
 * Files that do not run, because each of their tests needs something that is missing: the
 * beginnings of their paths from tests/e2e, and the reasons.
 */
export const MISSING_SUBJECTS: Readonly<Record<string, string>> = {
  "idle/": "inotify(7) for the path to a directory: runsvdir looks every five seconds",
  "readiness/floods": "abstract sockets",
  "readiness/notify-socket": "abstract sockets",
  "reexec/": "the path of the executable, getauxval(3): USR2 is refused",
  "stop/early-signal":
    "PID namespaces: no tool is process 1, which must block signals at its start",
};

const KILLED = "runsv: in the place of one that was killed >";
const ACROSS = "readiness across supervisors >";
const WAITING = [
  "a stop waits on, and a start that is held back is not released",
  "a start waits on for readiness, and starts once",
  "a start waits on, also one that a command has asked for",
];

export const KNOWN_FAILURES: readonly KnownFailures[] = [
  {
    reason: "prctl(2), capset(2), ioprio_set(2)",
    tests: {
      "chpst/privileges": [
        "--no-new-privs is seen by the program, and is not there without it",
        "--cap-drop takes capabilities out of the bounding set, --cap-keep all others",
        "what --cap-drop and --cap-keep drop is not inherited either",
        "--io-priority sets class and level",
      ],
    },
  },
  {
    reason: "the path of the executable, getauxval(3): USR2 is refused",
    tests: {
      "dependencies/takeover": ["forked", "--dense"].flatMap((mode) =>
        WAITING.map((title) => `USR2 while services wait; ${mode} > ${title}`),
      ),
      "keep-output/successors": ["runsvdir", "runsvdir --dense"].map(
        (mode) =>
          `keep-output: ${mode} > whatever the service writes passes on while runsvdir re-execs`,
      ),
      "kill-group/takeover": [
        "kill-group: in the place of a runsv that was killed > a runsv that is to re-exec first ends the rest of the group",
      ],
    },
  },
  {
    reason: "memory that a child shares: runsv does not learn why an exec failed",
    tests: {
      "readiness/check-period": [
        "check-period > a ./check that is missing, or cannot be executed, is reported once and counts as a failure",
      ],
      "readiness/notification-fd": [
        "notification-fd > beyond the limit on open files, ./run counts as not executable",
      ],
      "sv/list": [
        "sv list > shows first why ./run could not be started, so that a terminal does not cut it",
        "sv list > names the command that shows what a terminal has cut",
      ],
      "sv/why/down": [
        "sv why: a ./run that cannot be executed > sv why shows what the supervisor saw, if ./run is right by now",
      ],
    },
  },
  {
    reason: "memory that a child shares: runsv publishes a process before its exec",
    tests: {
      "runsv/unusable-run": [
        "runsv: a ./run that cannot be executed > runsv never publishes a ./run that cannot be executed as running",
      ],
    },
    mayPass: true,
  },
  {
    reason: "abstract sockets: a service with notify-socket does not start",
    tests: {
      "limit-files/useless-files": [
        "bounds: what is wrong with a file > is a file that has no effect without another one",
      ],
      "readiness/clients": [
        "systemd-notify, for the shell that root runs",
        "systemd-notify, as another user",
        "systemd-notify, in a chroot",
        "python3-systemd, and its watchdog",
      ].map((title) => `programs report readiness > ${title}`),
      "readiness/takeover": [
        "a service that is not ready reports by its socket afterwards: a takeover",
        "a report by socket counts while ./check still fails: a takeover",
        "a service that is not ready reports by its socket afterwards: a re-exec",
        "a report by socket counts while ./check still fails: a re-exec",
        "a service whose report may have been lost counts as ready after timeout-ready",
      ].map((title) => `${ACROSS} ${title}`),
      "readiness/time-limits": [
        "a service that misses its watchdog gets ABRT, and starts again",
        "the watchdog does not run before readiness, and WATCHDOG=trigger acts at once",
        "./run gets WATCHDOG_USEC, and WATCHDOG_PID with its own pid",
        "EXTEND_TIMEOUT_USEC gives a stop more time",
      ].map((title) => `time limits of readiness > ${title}`),
    },
  },
  {
    reason: "tee(2): a report that runsv has read, and has not published yet, is lost with it",
    tests: {
      "readiness/takeover": [
        `${ACROSS} a report by descriptor counts while ./check still fails: a takeover`,
      ],
    },
  },
  {
    reason: "prctl(2): runsvdir does not become the parent of orphans",
    tests: {
      "takeover/runsvdir": [
        "runsvdir: over services of a runsv that was killed > runsvdir starts a runsv that goes on, and ./finish gets the exit status of the service",
      ],
    },
  },
  {
    reason: "prctl(2): runsvdir does not find the processes of a supervisor that it has killed",
    tests: {
      "stop/order": ["--stop", "--stop --dense"].map(
        (mode) => `an ordered stop > kills what is left when its time is over; ${mode}`,
      ),
    },
    mayPass: true, // if they end by themselves soon enough
  },
  {
    reason: "pidfd: without /proc too, nothing identifies a process",
    tests: {
      "stop/poor-places": [
        "process 1 > without /proc stops in order",
        "process 1 > without /proc stops in order; --dense",
      ],
      "takeover/without-proc": [
        `${KILLED} a new runsv goes on with the same process without /proc`,
        `${KILLED} a new runsv goes on with the same process without /proc, not as root`,
        `${KILLED} a new runsv goes on with the same process where /proc is another PID namespace's`,
      ],
    },
  },
];
