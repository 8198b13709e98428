/**
 * Formats an error for people, with TypeScript files and lines in its stack: the running code is a
 * bundle, and the host knows only the bundle's lines.
 */
import * as posix from "posix";
import { positionOf } from "./trace-table.ts";

/**
 * The engine's errors for a limit that was reached. They are not bugs, and their stack is useless.
 */
const LIMITS = [
  ["InternalError", "out of memory", "out of memory"],
  ["InternalError", "Invalid error message", "out of memory"], // if no memory is left for that text
  ["RangeError", "Maximum call stack size exceeded", "out of stack: raise ulimit -s"],
] as const;

/**
 * `uncaught exception: NAME: message`, then one line for each stack frame; a single line if a limit
 * was reached.
 */
export function describe(error: unknown): string {
  // runits throws only Errors, so the engine had no memory to make one.
  if (!(error instanceof Error)) return "out of memory";
  for (const [name, message, text] of LIMITS) {
    if (error.name === name && error.message === message) return text;
  }
  const stack = (error.stack ?? "").split("\n").map(translate);
  return [`uncaught exception: ${error.name}: ${error.message}`, ...stack].join("\n").trimEnd();
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
