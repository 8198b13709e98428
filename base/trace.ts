/**
 * Formats an error for people, with TypeScript files and lines in its stack: the running code is a
 * bundle, and the host knows only the bundle's lines.
 */
import * as posix from "posix";
import { positionOf } from "./trace-table.ts";

/** The engine's message if no memory is left for the right one. */
const NO_MESSAGE = "Invalid error message";

/**
 * `uncaught exception: NAME: message`, then one line for each stack frame; a single line if a limit
 * was reached.
 */
export function describe(error: unknown): string {
  // runits throws only Errors, so the engine had no memory to make one.
  if (!(error instanceof Error)) return "out of memory";
  const { name, message } = error;
  // The engine's errors for a limit that was reached are not bugs, and their stack is useless.
  if (name === "InternalError" && (message === "out of memory" || message === NO_MESSAGE)) {
    return "out of memory";
  }
  if (name === "RangeError" && message === "Maximum call stack size exceeded") {
    return "out of stack: raise ulimit -s";
  }
  const stack = (error.stack ?? "").split("\n").map(translate);
  return [`uncaught exception: ${name}: ${message}`, ...stack].join("\n").trimEnd();
}

/** Translates `    at NAME (PROGRAM:LINE:COLUMN)`; returns any other line unchanged. */
function translate(line: string): string {
  const open = line.lastIndexOf("(");
  const close = line.lastIndexOf(")");
  const [program = "", lineNumber] = line.slice(open + 1, close).split(":");
  const position = positionOf(posix.traceTable(program), Number(lineNumber));
  if (open < 0 || close < open || position === undefined) return line;
  return `${line.slice(0, open)}(${position.file}:${position.line})`;
}
