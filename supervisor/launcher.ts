/**
 * Starts the processes of a service: connects each to the log pipe, has it write its adoption
 * record, and reports a program that cannot be executed, on standard error and in the log.
 */
import * as posix from "posix";
import { isPosixError, isResourceExhaustion, reason } from "../base/errors.ts";
import { STDERR, STDOUT } from "../base/report.ts";
import { type Spawned, spawn } from "../base/spawn.ts";
import { writeIfReady } from "../base/write-stderr.ts";
import type { RecordedReports } from "../protocol/adopt.ts";
import { type AdoptFile, unfinishedRecord } from "./adopt-file.ts";
import { now } from "./clock.ts";
import { prepareOutput } from "./keep-output.ts";
import type { OutputEnds } from "./kept-output.ts";
import { LateRecord } from "./late-record.ts";
import { hasFile } from "./service-files.ts";
import type { ServiceOwner } from "./service-owner.ts";
import { execProblem, type ServiceProgram } from "./service-programs.ts";
import type { Moment, Role } from "./state.ts";

/** The action that messages name if a call fails before the fork has made a child. */
const SPAWN_STEPS: Partial<Readonly<Record<posix.Call, string>>> = {
  fork: "fork, sleeping",
  pipe: "create log pipe",
  fstat: "create log pipe",
  stat: "stat ./kill-group",
};

const NO_REPORTS: RecordedReports = {};

interface Launch {
  readonly role: Role;
  readonly program: ServiceProgram;
  /** Called in the child, before anything else. */
  readonly first?: () => void;
  readonly passed?: Passed | undefined;
  /** Called if an exec that was delayed has failed. */
  readonly failedLate?: ((failed: FailedExec) => void) | undefined;
}

/** What a process gets beside the log pipe, if the service reports readiness. */
export interface Passed {
  /** Why the process cannot get it: then its program counts as not executable. */
  readonly problem: string | undefined;
  /** A descriptor of this process, and its number in the process that starts. */
  readonly descriptor: readonly [from: number, to: number] | undefined;
  /** Called in the child. @returns entries that replace those of the same name */
  readonly environment: () => readonly string[];
}

/** A process that ended before its exec succeeded. */
export interface FailedExec {
  readonly pid: number;
  /** The text of the message about it; `undefined` if a retry may succeed in a moment. */
  readonly problem: string | undefined;
}

/** @throws {PosixError} `fork` failed: too many processes, or no memory */
export function launch(
  owner: ServiceOwner,
  { role, program, first, passed, failedLate }: Launch,
): Spawned & FailedExec {
  let problem: string | undefined;
  const pipe = owner.logPipe?.pipe;
  const output = role === "main" ? owner.keptOutput?.ends : undefined;
  const fds: posix.ChildFds = {
    stdin: role === "log" ? pipe?.reader : undefined,
    stdout: role === "main" ? pipe?.writer : undefined,
    closeFrom: owner.context.closeFrom,
  };
  const prepare = () => {
    first?.();
    const prepared = program.prepare();
    if (output !== undefined) owner.report.must(program.setUp, () => connect(output));
    if (passed === undefined) return prepared;
    problem = passed.problem;
    if (problem !== undefined) return owner.report.fatal(problem);
    try {
      return pass(prepared, passed, fds);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      const number = passed.descriptor?.[1];
      problem = `unable to setup descriptor ${number} for ./run: ${reason(error)}`;
      return owner.report.fatal(problem);
    }
  };
  // With descriptors of its own, the child sets up all of them, and shares no table.
  const sharesTable = passed?.descriptor === undefined && output === undefined;
  const onExecFailed = (error: posix.PosixError, isLate: boolean) => {
    const text = isLate
      ? `unable to ${program.start}: ${reason(error)}`
      : execProblem(program, error);
    if (!isPassing(error)) problem = text;
    if (isLate) {
      failedLate?.({ pid: spawned.pid, problem });
      logProblem(owner, role, problem);
    }
    return owner.report.fatal(text);
  };
  const spawned: Spawned = spawn({
    name: "runsv",
    signals: owner.context.reactor.signals,
    prepare,
    onExecFailed,
    fds: sharesTable ? fds : {},
  });
  logProblem(owner, role, problem);
  const { pid, hasExecuted, reportLate } = spawned;
  return { pid, hasExecuted, reportLate, problem };
}

/** In a child: connects it to the pipes of `keep-output`. @throws {PosixError} call `dup2` */
function connect({ stdout, stderr }: OutputEnds): void {
  posix.dup2(stdout, STDOUT);
  posix.dup2(stderr, STDERR);
}

/** In a child: sets up descriptors and environment. @throws {PosixError} call `dup2` */
function pass(
  program: posix.Program,
  { descriptor, environment }: Passed,
  { stdout }: posix.ChildFds,
): posix.Program {
  const entries = environment();
  const isReplaced = (entry: string) =>
    entries.some((one) => entry.startsWith(one.slice(0, one.indexOf("=") + 1)));
  const inherited = (program.env ?? posix.environ()).filter((entry) => !isReplaced(entry));
  if (descriptor !== undefined) {
    // The log pipe first: its descriptor may have the number that the other one is to get.
    if (stdout !== undefined) posix.dup2(stdout, STDOUT);
    posix.dup2(...descriptor);
  }
  return { ...program, env: [...inherited, ...entries] };
}

/** The process of a service to start. */
export interface ServiceLaunch extends Launch {
  readonly phase: "run" | "finish";
  /** The process writes its adoption record there. */
  readonly file: AdoptFile;
  readonly recorded?: RecordedReports | undefined;
}

export interface StartedService {
  readonly process: Spawned & FailedExec;
  readonly at: Moment;
  /** Set if the process could not write its adoption record. */
  readonly lateRecord: LateRecord | undefined;
  /** The process leads a session, and so a process group, of its own. */
  readonly leadsGroup: boolean;
}

/**
 * Starts ./run or ./finish, which writes its adoption record first.
 *
 * @throws {PosixError} a process or a new log pipe cannot be made; see {@link launchProblem}
 */
export function launchService(owner: ServiceOwner, given: ServiceLaunch): StartedService {
  owner.logPipe?.open();
  const { role, phase, program, file, passed, recorded, failedLate } = given;
  if (role === "main") prepareOutput(owner);
  const leadsGroup = role === "main" && phase === "run" && hasFile(owner, "kill-group");
  const at = now();
  const pipe = owner.logPipe?.pipe?.id;
  const output = role === "main" ? owner.keptOutput?.ids : undefined;
  const { notification, socket } = recorded ?? NO_REPORTS;
  const known = { phase, pipe, output, leadsGroup, notification, socket };
  const unfinished = unfinishedRecord(known, owner.state[role], at);
  const parent = posix.getpid();
  let isSigned = false; // stays false if the child has memory of its own
  const first = () => {
    if (leadsGroup) owner.report.must("create a session for kill-group", () => posix.setsid());
    if (unfinished !== undefined) isSigned = file.writeFromChild(parent, unfinished);
  };
  const process = launch(owner, { role, program, first, passed, failedLate });
  const isLate = process.hasExecuted && !isSigned && unfinished !== undefined;
  const { reactor } = owner.context;
  const lateRecord = isLate ? new LateRecord(file, process.pid, unfinished, reactor) : undefined;
  return { process, at, lateRecord, leadsGroup };
}

/** The text about a call of {@link launchService} that failed. */
export function launchProblem({ call, path }: posix.PosixError): string {
  const isOfService = path !== undefined && !path.startsWith("/");
  return `unable to ${SPAWN_STEPS[call] ?? (isOfService ? `${call} ./${path}` : "look at /proc")}`;
}

/** Whether a retry may succeed in a moment. */
function isPassing(error: posix.PosixError): boolean {
  return error.code === "ETXTBSY" || isResourceExhaustion(error);
}

/**
 * Writes the main service's problem to the log. Skipped while the log service is down: unread lines
 * would fill the pipe.
 */
function logProblem(owner: ServiceOwner, role: Role, problem: string | undefined): void {
  const pipe = owner.logPipe?.pipe;
  if (problem === undefined || role !== "main" || pipe === undefined) return;
  if ((owner.state.log?.pid ?? 0) === 0) return;
  writeIfReady(pipe.writer, owner.report.line("fatal", problem));
}
