/**
 * An error as text for people, its stack told in TypeScript files and lines: what runs is a bundle, and
 * the host knows only the bundle's lines.
 */
import * as posix from "posix";
import { positionOf } from "./trace-table.ts";

/** What the engine throws when a limit is reached: no fault of the program, whose stack is of no use to anybody. */
const LIMITS = [
  ["InternalError", "out of memory", "out of memory"],
  ["InternalError", "Invalid error message", "out of memory"], // if there is none left for that text
  ["RangeError", "Maximum call stack size exceeded", "out of stack: raise ulimit -s"],
] as const;

/** `uncaught exception: NAME: message`, then the stack, a line each; one line if a limit is reached. */
export function describe(error: unknown): string {
  // Our programs throw errors: it is the engine that had no memory for one.
  if (!(error instanceof Error)) return "out of memory";
  for (const [name, message, text] of LIMITS) {
    if (error.name === name && error.message === message) return text;
  }
  const stack = (error.stack ?? "").split("\n").map(translate);
  return [`uncaught exception: ${error.name}: ${error.message}`, ...stack].join("\n").trimEnd();
}

/** The engine writes `    at NAME (PROGRAM:LINE:COLUMN)`; what it writes otherwise stays as it is. */
function translate(line: string): string {
  const open = line.lastIndexOf("(");
  const close = line.lastIndexOf(")");
  const [program = "", lineNumber] = line.slice(open + 1, close).split(":");
  const position = positionOf(posix.traceTable(program), Number(lineNumber));
  if (open < 0 || close < open || position === undefined) return line;
  return `${line.slice(0, open)}(${position.file}:${position.line})`;
}
