/**
 * runsv DIR: starts and monitors the service in DIR, and its log service in DIR/log.
 *
 * Signals: TERM, HUP and INT stop the service, after which runsv exits; so does URG, which runsvdir
 * sends when the whole tree stops, and no command takes that back; USR2 makes runsv re-exec.
 * Connects a supervisor to a process: signals in, exit code out. The supervisor itself is in
 * supervisor/.
 *
 * Exit codes: 0 after the command to exit, and for --help; 1 wrong usage; 111 could not start, or
 * another runsv has DIR.
 * Source: runit 2.1.2, runsv(8).
 */
import * as posix from "posix";
import { closeIgnoringErrors, sanitizeStdio } from "../../base/descriptors.ts";
import { Directory } from "../../base/directory.ts";
import { ignoringErrors } from "../../base/errors.ts";
import { closeFifos, handOver, receiveHandover } from "../../base/handover.ts";
import { ExecutableCheck } from "../../base/new-executable.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { answerTakeOver } from "../../base/take-over-question.ts";
import { printVersion } from "../../base/version.ts";
import { writeStderr } from "../../base/write-stderr.ts";
import type { Handover } from "../../protocol/handover.ts";
import { prepareRecords } from "../../supervisor/adopt-file.ts";
import { closePipe, pipesBy } from "../../supervisor/log-pipe.ts";
import { type EntryPlace, pathOfOpen, placeOf } from "../../supervisor/place.ts";
import type { ProcessContext } from "../../supervisor/process-context.ts";
import { Supervisor } from "../../supervisor/supervisor.ts";

const EXIT_USAGE = 1;
const EXIT_UNWRITTEN = 1;
const EXIT_FATAL = 111;

export function main(argv: readonly string[]): number {
  const [name = "runsv", dir, ...rest] = argv;
  if (dir === "--help") return print(STDOUT, helpPart().help()) ? 0 : EXIT_UNWRITTEN;
  if (dir === "--version" && rest.length === 0) return printVersion();
  const answer = answerTakeOver("runsv", argv.slice(1));
  if (answer !== undefined) return answer;
  if (dir === undefined || rest.length > 0) {
    print(STDERR, helpPart().usage(name));
    return EXIT_USAGE;
  }
  sanitizeStdio();
  const handover = receiveHandover();
  if (handover?.home === undefined) {
    const mask = posix.signalMaskAtStart();
    return supervise(name, dir, () => Directory.open(dir), { mask });
  }
  const { home, mask } = handover;
  ignoringErrors(() => posix.setName("runsv")); // the executable may have another name
  return supervise(name, dir, () => Directory.at(home), { handover, mask });
}

function helpPart(): typeof import("./help.ts") {
  return posix.load("runsv/help") as typeof import("./help.ts");
}

function formerPlacePart(): typeof import("./former-place.ts") {
  return posix.load("runsv/former-place") as typeof import("./former-place.ts");
}

/** The inputs of a supervisor beside its service directory. */
interface StartOptions {
  /** The exit relay, on which runsvdir reports exits of processes that a predecessor started. */
  readonly exits?: number | undefined;
  /** The state that this process handed over to itself across a re-exec. */
  readonly handover?: Handover;
  /** The signals that were blocked at the start, if the mask no longer shows that. */
  readonly mask?: readonly number[];
  /** The whole tree stops: see {@link ProcessContext}. */
  readonly isFinal?: boolean | undefined;
  /** By default that of `dir`. */
  readonly place?: EntryPlace | undefined;
}

/**
 * Makes this process the supervisor of one service directory, until the command to exit.
 *
 * @param name its name in its command line
 * @param dir the service directory, as messages name it
 * @returns the exit code
 */
export function supervise(
  name: string,
  dir: string,
  open: () => Directory,
  { exits, handover, mask, isFinal, place: known }: StartOptions = {},
): number {
  const report = new Report(`runsv ${dir}`, EXIT_FATAL, writeStderr);
  const home = report.must("change to directory", open);
  prepareRecords(report);
  const ending = [posix.SIGTERM, posix.SIGHUP, posix.SIGINT];
  const signals = report.must(
    "create selfpipe", // runit's message; runits has no selfpipe, and nothing else matches it
    () => {
      const others = [posix.SIGHUP, posix.SIGINT, posix.SIGUSR2, posix.SIGURG];
      return new Signals([posix.SIGTERM], others, mask);
    },
  );
  const reactor = new Reactor(signals);
  const left = handover && {
    pipes: pipesBy(handover.pipes),
    locks: new Set(handover.locks),
    reports: new Map(handover.reports),
  };
  const executableCheck = new ExecutableCheck({
    tool: "runsv",
    reactor,
    report,
    use: (path) =>
      supervisor.whenReexecutable(() => {
        const { inheritedMask: mask } = signals;
        const { handoverState } = supervisor;
        const pid = posix.getpid();
        const scanned = place && ignoringErrors(() => Directory.open(place.scanned));
        const none = { titlePipe: undefined, supervisors: [] };
        const parts = { pid, mask, scanned: scanned?.fd, ...none };
        const next: Handover = { ...handoverState, ...parts };
        report.try(`execute ${path}`, () => handOver(path, [name, dir], next));
        scanned?.close();
      }),
  });
  const reexec = () => executableCheck.start();
  const onExited = () => reactor.stop(0);
  // Without effect on any other parent: nobody handles this signal by default.
  const onEssentialEnd = () => {
    ignoringErrors(() => posix.kill(posix.getppid(), posix.SIGURG));
  };
  const context: ProcessContext = {
    reactor,
    onExited,
    exits,
    isSuccessor: exits !== undefined || handover !== undefined,
    pipes: left?.pipes,
    locks: left?.locks,
    reports: left?.reports,
    reexec,
    isFinal,
    onEssentialEnd,
  };
  const place = known ?? placeIn(dir, home, handover);
  // As in runit: a current directory elsewhere would keep its file system from being unmounted.
  report.must("change to directory", () => posix.fchdir(home.fd));
  const supervisor = new Supervisor({ home, report, context, place });
  if (handover !== undefined && left !== undefined) {
    for (const pipe of left.pipes.values()) closePipe(pipe); // no service uses it any more
    for (const fd of [...left.locks, ...left.reports.keys()]) closeIgnoringErrors(fd);
    closeFifos(handover);
  }
  for (const signal of ending) reactor.onSignal(signal, () => supervisor.control("x"));
  reactor.onSignal(posix.SIGUSR2, reexec);
  reactor.onSignal(posix.SIGURG, () => supervisor.exitForGood());
  supervisor.begin();
  return reactor.run();
}

/** Call this before the current directory changes. */
function placeIn(
  dir: string,
  home: Directory,
  handover: Handover | undefined,
): EntryPlace | undefined {
  if (handover === undefined) return placeOf(dir, home.fd);
  const { scanned } = handover;
  if (scanned === undefined) return formerPlacePart().formerPlace(dir, home);
  const path = pathOfOpen(scanned);
  closeIgnoringErrors(scanned);
  const name = placeOf(dir, home.fd)?.name;
  return path === undefined || name === undefined ? undefined : { scanned: path, name };
}
