/**
 * Foretells whether execve(2) of a program will fail, without trying it: for a service that has not
 * been started, and for one whose supervisor records no reason.
 *
 * A program that passes may still fail: a security module, or a limit, is known only to the kernel.
 *
 * Source: execve(2), ERRORS and "Interpreter scripts"; elf(5), the header; binfmt_misc of Linux.
 */
import * as posix from "posix";
import { type ErrorCode, ignoringErrors } from "./errors.ts";
import {
  BYTE_ORDER_MARK,
  execFailure,
  HEAD_BYTES,
  INTERPRETERS_MAX,
  interpreterOf,
  isOnNoexec,
  loaderOf,
  MAY_EXECUTE,
} from "./exec-failure.ts";

/** The kinds of reasons; each is a rule of sv verify. */
type ExecFaultKind =
  | "missing"
  | "dangling"
  | "type"
  | "mode"
  | "noexec"
  | "interpreter"
  | "carriage-return"
  | "byte-order-mark"
  | "no-shebang"
  | "empty"
  | "architecture"
  | "loader";

interface ExecFault {
  readonly kind: ExecFaultKind;
  /** The text of {@link execFailure}. */
  readonly text: string;
}

type Forecast = readonly [ExecFaultKind, ErrorCode];

const NO_ENTRY: ErrorCode = { code: "ENOENT" };
const NO_ACCESS: ErrorCode = { code: "EACCES" };
const NO_FORMAT: ErrorCode = { code: "ENOEXEC" };

const ELF = "\x7fELF";
/** Class, byte order and machine of an ELF header. */
const CLASS_AT = 4;
const ORDER_AT = 5;
const MACHINE_AT = 18;
/** Machines whose kernels also execute programs of another one. Source: elf(5), e_machine. */
const ALSO_EXECUTES: Readonly<Record<number, number>> = { 62: 3, 183: 40, 21: 20, 22: 22 };

/**
 * @param path the program, absolute or relative to the current directory
 * @returns `undefined` if nothing is known to be wrong
 */
export function execForecast(path: string): ExecFault | undefined {
  const found = ignoringErrors(() => forecast(path, 0));
  return found && faultOf(path, found);
}

/** The same, of a program that lacks the mode to be executed: what is wrong beside that. */
export function execForecastBesideMode(path: string): ExecFault | undefined {
  const found = ignoringErrors(() => contentForecast(path, 0));
  // After EACCES, the text would be about the mode.
  return found === undefined || found[1] === NO_ACCESS ? undefined : faultOf(path, found);
}

function faultOf(path: string, [kind, error]: Forecast): ExecFault {
  return { kind, text: execFailure(path, error) };
}

/** @throws {PosixError} the file cannot be examined */
function forecast(path: string, depth: number): Forecast | undefined {
  const found = posix.stat(posix.AT_FDCWD, path, 0);
  if (found === undefined) {
    const link = posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW);
    return [link === undefined ? "missing" : "dangling", NO_ENTRY];
  }
  if ((found.mode & posix.S_IFMT) !== posix.S_IFREG) return ["type", NO_ACCESS];
  if ((found.mode & MAY_EXECUTE) === 0) return ["mode", NO_ACCESS];
  return contentForecast(path, depth);
}

function contentForecast(path: string, depth: number): Forecast | undefined {
  // A file that may be executed but not read shows neither its mount nor its head.
  if (ignoringErrors(() => isOnNoexec(path)) === true) return ["noexec", NO_ACCESS];
  const head = posix.readText(posix.AT_FDCWD, path, HEAD_BYTES) ?? "";
  const interpreter = interpreterOf(head);
  if (interpreter !== undefined) return inInterpreter(interpreter, depth);
  if (head.startsWith(ELF)) return inExecutable(head);
  if (hasOtherFormats()) return undefined;
  if (head === "") return ["empty", NO_FORMAT];
  return [head.startsWith(BYTE_ORDER_MARK) ? "byte-order-mark" : "no-shebang", NO_FORMAT];
}

/** A relative path would start at the service directory, which is not the current one. */
function inInterpreter(interpreter: string, depth: number): Forecast | undefined {
  if (!interpreter.startsWith("/") || depth >= INTERPRETERS_MAX) return undefined;
  const found = forecast(interpreter, depth + 1);
  if (found === undefined) return undefined;
  const [, error] = found;
  return [interpreter.endsWith("\r") ? "carriage-return" : "interpreter", error];
}

function inExecutable(head: string): Forecast | undefined {
  const own = ignoringErrors(() => posix.readText(posix.AT_FDCWD, "/proc/self/exe", HEAD_BYTES));
  if (own !== undefined && !isExecutedBy(own, head) && !hasOtherFormats()) {
    return ["architecture", NO_FORMAT];
  }
  const loader = loaderOf(head);
  const isMissing = loader !== undefined && posix.stat(posix.AT_FDCWD, loader, 0) === undefined;
  return isMissing ? ["loader", NO_ENTRY] : undefined;
}

function isExecutedBy(own: string, head: string): boolean {
  const machine = machineOf(own);
  const isSame = machineOf(head) === machine && own.charAt(CLASS_AT) === head.charAt(CLASS_AT);
  return isSame || ALSO_EXECUTES[machine] === machineOf(head);
}

function machineOf(head: string): number {
  const [first, second] = [head.charCodeAt(MACHINE_AT), head.charCodeAt(MACHINE_AT + 1)];
  const isLittle = head.charCodeAt(ORDER_AT) === 1;
  return isLittle ? first | (second << 8) : second | (first << 8);
}

/** Whether programs, such as qemu, are registered for formats that the kernel does not know. */
function hasOtherFormats(): boolean {
  const names = ignoringErrors(() => {
    const path = "/proc/sys/fs/binfmt_misc";
    const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY | posix.O_DIRECTORY, 0);
    try {
      return posix.readdir(fd);
    } finally {
      posix.close(fd);
    }
  });
  return names?.some((name) => name !== "register" && name !== "status") === true;
}
