/**
 * The question whether an executable can take over this process, and its answer. Neither side knows
 * the version of the other, and the executable may be another program.
 */
import * as posix from "posix";
import { CAN_TAKE_OVER, HANDOVER_VERSION, takeOverLine } from "../protocol/handover.ts";
import { ignoringErrors } from "./errors.ts";
import { print, STDOUT } from "./report.ts";

/** The tools that re-exec. Each is a program in one file. */
export type Supervising = "runsv" | "runsvdir" | "runit";
/** An executable that has not answered by then hangs, or is another program. */
export const ANSWERS_WITHIN_MS = 5_000;
/** More than the length of the answer. */
const ANSWER_MAX_BYTES = 128;
/** The executable understands the question but cannot take over. */
const EXIT_CANNOT = 1;

/** The command line that asks. */
export function takeOverQuestion(tool: Supervising): readonly string[] {
  return [tool, CAN_TAKE_OVER, String(HANDOVER_VERSION)];
}

/**
 * Answers the question, in the new executable.
 *
 * @param words the command line, without the name
 * @returns the exit code; `undefined` if the command line is not the question
 */
export function answerTakeOver(tool: Supervising, words: readonly string[]): number | undefined {
  const [option, version, ...rest] = words;
  if (option !== CAN_TAKE_OVER || version === undefined || rest.length > 0) return undefined;
  if (version !== String(HANDOVER_VERSION)) return EXIT_CANNOT;
  print(STDOUT, takeOverLine(tool));
  return 0;
}

/**
 * Reads the answer, after the executable has exited, and closes the descriptor. Does not wait:
 * other processes may still hold the pipe open.
 *
 * @param reader the end of the pipe to which the executable's standard output led
 * @returns the reason not to use the executable; `undefined` if there is none
 */
export function problemOf(
  tool: Supervising,
  { code, signal }: posix.ProcessExit,
  reader: number,
): string | undefined {
  posix.setNonBlocking(reader, true);
  const bytes = ignoringErrors(() => posix.read(reader, ANSWER_MAX_BYTES)) ?? [];
  posix.close(reader);
  if (code === undefined) return `was killed by signal ${signal}`;
  if (code !== 0) return `exited ${code}`;
  const answer = String.fromCharCode(...bytes);
  return answer === takeOverLine(tool) ? undefined : "does not say that it can take over";
}
