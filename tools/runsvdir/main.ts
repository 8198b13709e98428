/**
 * runsvdir [-P] [--dense] DIR [LOG]: runs a runsv for every directory, or link to one, in DIR.
 *
 * Signals: TERM ends runsvdir and leaves every runsv running; HUP ends every runsv too; ALRM scans
 * everything again, as in Debian's build; on USR2 it and every runsv re-exec. With --dense, TERM,
 * HUP and INT end every service, and then runsvdir.
 * Exit codes: 0 after TERM, and for --help; 1 wrong usage; 100 if it cannot begin; 111 after HUP.
 * Source: runit 2.1.2, runsvdir(8).
 */
import * as posix from "posix";
import { sanitizeStdio } from "../../base/descriptors.ts";
import { isPosixError } from "../../base/errors.ts";
import { handOver, receiveHandover } from "../../base/handover.ts";
import { ExecutableCheck } from "../../base/new-executable.ts";
import { applyOptions, longNames } from "../../base/option-table.ts";
import { baseName } from "../../base/options.ts";
import { Reactor } from "../../base/reactor.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { answerTakeOver } from "../../base/take-over-question.ts";
import { printVersion } from "../../base/version.ts";
import { writeIfReady, writeStderr } from "../../base/write-stderr.ts";
import type { HandedOverTree } from "../../protocol/handover.ts";
import { prepareRecords } from "../../supervisor/adopt-file.ts";
import { main as runsv } from "../runsv/main.ts";
import { InProcessHost } from "./dense.ts";
import { DescriptorLimit } from "./descriptor-limit.ts";
import { ForkedHost } from "./forked.ts";
import { warnOfMissingStop } from "./missing-stop.ts";
import { OPTIONS, READY_MS, type RunsvdirOptions } from "./options.ts";
import { Scanner } from "./scanner.ts";
import {
  commandSignals,
  type StopMode,
  stopOnSignals,
  stopSignals,
  warnOnEssentialEnd,
} from "./stop-mode.ts";
import type { OnSupervisorExit, SupervisorHost } from "./supervisor-host.ts";
import { LEAST_BYTES, TitleLog } from "./title-log.ts";

/** The operand that precedes the words of a command. */
const COMMAND_FOLLOWS = "--";
const EXIT_TERM = 0;
const EXIT_USAGE = 1;
const EXIT_UNWRITTEN = 1;
const EXIT_FATAL = 100;
const EXIT_HUP = 111;

export function main(argv: readonly string[]): number {
  const isProcess1 = posix.getpid() === 1;
  // Version 0.1.0 executes this file also for a runsv that it has forked.
  if (receiveHandover()?.home !== undefined) return runsv(argv);
  const [name = "runsvdir", ...words] = argv;
  if (words[0] === "--help") return print(STDOUT, helpPart().help()) ? 0 : EXIT_UNWRITTEN;
  if (words.length === 1 && words[0] === "--version") return printVersion();
  const answer = answerTakeOver("runsvdir", words);
  if (answer !== undefined) return answer;
  const mode: RunsvdirOptions = {
    isolate: false,
    isDense: false,
    stop: undefined,
    keepsSession: false,
    readyMs: READY_MS,
  };
  const line = applyOptions(words, OPTIONS, mode, () => longNames<RunsvdirOptions>(OPTIONS));
  if (!line.ok && line.problem !== undefined) {
    print(STDERR, `${baseName(name)}: ${line.problem}\n`);
  }
  const [path, second] = line.ok ? line.operands : [];
  const command = line.ok && second === COMMAND_FOLLOWS ? line.operands.slice(2) : undefined;
  if (isProcess1 || command !== undefined) mode.stop ??= { limitMs: undefined };
  if (!line.ok || path === undefined || command?.length === 0) {
    print(STDERR, helpPart().usage(name));
    return EXIT_USAGE;
  }
  const hasLog = second !== undefined && command === undefined;
  const logAt = hasLog ? argv.length - line.operands.length + 1 : undefined;
  return scan({ path, mode, command, logAt, argv });
}

function helpPart(): typeof import("./help.ts") {
  return posix.load("runsvdir/help") as typeof import("./help.ts");
}

interface ScanOptions {
  readonly path: string;
  readonly mode: RunsvdirOptions;
  /** The words after `--`. */
  readonly command: readonly string[] | undefined;
  /** The index in `argv` of the placeholder for the log, if there is one. */
  readonly logAt: number | undefined;
  readonly argv: readonly string[];
}

function scan({ path, mode, command, logAt, argv }: ScanOptions): number {
  const { isDense, stop } = mode;
  const isolate = mode.isolate || (stop !== undefined && !mode.keepsSession);
  sanitizeStdio();
  let log: TitleLog | undefined;
  const subject = `runsvdir ${path}`;
  const report = new Report(subject, EXIT_FATAL, (text) => {
    if (log === undefined) writeStderr(text);
    else log.write(text);
  });
  const handover = receiveHandover();
  const signals = report.must(
    "take signals",
    () =>
      new Signals(
        [posix.SIGTERM, posix.SIGHUP, posix.SIGALRM],
        [
          ...(isDense ? [posix.SIGINT] : []),
          ...(stop === undefined ? [] : stopSignals()),
          posix.SIGURG,
          ...(command === undefined ? [] : commandSignals()),
          posix.SIGUSR2,
        ],
        handover?.mask ?? posix.signalMaskAtStart(),
      ),
  );
  const reactor = new Reactor(signals);
  if (logAt !== undefined) {
    const argument = argv[logAt] ?? "";
    const open = () => new TitleLog(reactor, logAt, argument, handover?.titlePipe);
    log = openLog(report, argument, open);
  }
  const closeInChild = () => {
    scanner.closeInChild();
    log?.closeInChild();
  };
  const onExit: OnSupervisorExit = (supervisor, exit) => scanner.onSupervisorExit(supervisor, exit);
  let stopMode: StopMode | undefined;
  const onEssentialEnd = (code: number) => stopMode?.onEssentialEnd(code);
  prepareRecords(report); // once for all supervisors, so that none looks it up again
  const limit = isDense ? new DescriptorLimit(report) : undefined;
  const host: SupervisorHost =
    limit === undefined
      ? new ForkedHost({
          isolate,
          inherited: handover?.supervisors ?? [],
          closeInChild,
          onExit,
          onEssentialEnd,
          reactor,
        })
      : new InProcessHost({
          isolate,
          limit,
          kept: handover,
          onExit,
          onEssentialEnd,
          reactor,
        });
  const scanner = new Scanner({ path, host, reactor, report });
  const endAlone = (exitCode: number) => reactor.stop(exitCode);
  const endAll = (exitCode: number) => {
    scanner.terminate();
    host.whenAllExited(() => reactor.stop(exitCode));
  };
  const reexec = (executable: string, tree: HandedOverTree) => {
    if (scanner.isEnding) return;
    limit?.restoreInherited();
    report.try(`execute ${executable}`, () => {
      const { inheritedMask: mask } = signals;
      const rest = {
        home: undefined,
        scanned: undefined,
        locks: [],
        fifos: [],
        titlePipe: log?.ends,
      };
      const words = argv.map((word, index) => (index === logAt ? (log?.shown ?? word) : word));
      handOver(executable, words, { pid: posix.getpid(), mask, ...tree, ...rest });
    });
    limit?.raise();
  };
  reactor.onSignal(posix.SIGALRM, () => scanner.rescan());
  const executableCheck = new ExecutableCheck({
    tool: "runsvdir",
    reactor,
    report,
    use: (executable) => {
      if (scanner.isEnding) return;
      scanner.reexec();
      host.reexec((tree) => reexec(executable, tree));
    },
  });
  reactor.onSignal(posix.SIGUSR2, () => executableCheck.start());
  const prepareChild = () => limit?.restoreInherited();
  if (stop !== undefined) {
    // A person at the console waits for the stop, and sees no command line.
    const stopReport = new Report(subject, EXIT_FATAL, (text) => {
      if (log === undefined) writeStderr(text);
      else {
        log.write(text);
        writeIfReady(STDOUT, text);
      }
    });
    stopMode = stopOnSignals({
      limitMs: stop.limitMs,
      command: command && { words: command, readyMs: mode.readyMs, prepareChild },
      scanner,
      host,
      reactor,
      report: stopReport,
    });
  } else {
    reactor.onSignal(posix.SIGHUP, () => endAll(EXIT_HUP));
    reactor.onSignal(posix.SIGTERM, () => (isDense ? endAll : endAlone)(EXIT_TERM));
    if (isDense) reactor.onSignal(posix.SIGINT, () => endAll(EXIT_TERM));
    else if (handover === undefined) warnOfMissingStop(report);
    stopMode = warnOnEssentialEnd({ scanner, reactor, report });
  }
  scanner.begin();
  return reactor.run();
}

/** Opens the log; if that fails, warns and goes on without one. */
function openLog(report: Report, argument: string, open: () => TitleLog): TitleLog | undefined {
  if (argument.length < LEAST_BYTES) {
    report.warn("log must have at least seven characters.");
  } else {
    try {
      return open();
    } catch (error) {
      if (!isPosixError(error)) throw error;
      const what = error.call === "dup2" ? "set filedescriptor" : "create pipe";
      report.warn(`unable to ${what} for log.`);
    }
  }
  report.warn("log service disabled.");
  return undefined;
}
