/**
 * The programs that a supervisor starts, and the steps in each child before the exec: ./run,
 * ./finish, log/run and the control scripts.
 *
 * Messages use runit's wording.
 */
import * as posix from "posix";
import { reason } from "../base/errors.ts";
import { childEnvironment } from "../base/handover.ts";
import type { ExitResult } from "../protocol/history.ts";
import type { Surroundings } from "./service-owner.ts";
import type { Role } from "./state.ts";

/**
 * The program that a child executes. `prepare` runs in the child, in memory shared with this
 * process, and changes nothing there; if it fails, the child reports that and exits with 111.
 */
export interface ServiceProgram {
  /** The action that the message names if the exec fails. */
  readonly start: string;
  /** The action that the message names if standard input or output cannot be set up. */
  readonly setUp: string;
  readonly prepare: () => posix.Program;
  /** Its path from the service directory, if it is executed elsewhere. */
  readonly path?: string;
}

export function runProgram(role: Role, surroundings: Surroundings): ServiceProgram {
  if (role === "log") return logProgram(surroundings);
  return {
    start: "start ./run",
    setUp: "setup filedescriptor for ./run",
    prepare: () => enter(surroundings, "./run"),
  };
}

function logProgram(surroundings: Surroundings): ServiceProgram {
  return {
    start: "start log/./run",
    setUp: "setup filedescriptor for ./log/run",
    path: "log/run",
    prepare: () => {
      const program = enter(surroundings, "./run");
      surroundings.report.must("change directory to ./log", () => posix.chdir("./log"));
      return program;
    },
  };
}

export function finishProgram(
  { code, status }: ExitResult,
  surroundings: Surroundings,
): ServiceProgram {
  return {
    start: "start ./finish",
    setUp: "setup filedescriptor for ./finish",
    prepare: () => enter(surroundings, "./finish", `${code}`, `${status}`),
  };
}

/** The ./check that a supervisor runs itself. */
export function checkProgram(surroundings: Surroundings): ServiceProgram {
  return {
    start: "run ./check",
    setUp: "setup stdout for ./check",
    prepare: () => enter(surroundings, "./check"),
  };
}

/** @param name such as `control/t` */
export function controlScript(name: string, surroundings: Surroundings): ServiceProgram {
  return {
    start: "run control/?", // runit uses this name for all of them
    setUp: `setup stdout for ${name}`,
    prepare: () => enter(surroundings, name),
  };
}

/** In a child: changes to the service directory and returns the program to execute. */
function enter(
  { home, report, context }: Surroundings,
  path: string,
  ...words: string[]
): posix.Program {
  context.prepare?.();
  report.must("change to directory", () => posix.fchdir(home.fd));
  return { path, argv: [path, ...words], env: childEnvironment() };
}

/** Loaded once; a loaded part stays in the process. */
let failures: typeof import("../tools/runsv/exec-failure.ts") | undefined;

/** The text about a failed exec. Runs in the child, in its directory. */
export function execProblem(program: ServiceProgram, error: posix.PosixError): string {
  const { setUp, start, path } = program;
  if (error.call === "dup2") return `unable to ${setUp}: ${reason(error)}`;
  failures ??= posix.load("runsv/exec-failure") as typeof import("../tools/runsv/exec-failure.ts");
  return `unable to ${start}: ${failures.execFailure(error.path ?? "", error, path)}`;
}
