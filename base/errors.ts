/**
 * Translates errors of system calls into runit's words. Programs and people search for these texts,
 * so they come from runit's own table and not from strerror(3).
 *
 * Source: runit 2.1.2, error_str; the texts as listed in its behaviour, errno by errno.
 */
import type { PosixError } from "posix";

/**
 * Lines of code and text. One string, because the engine would build an object from 124 strings at
 * each start of each tool, which takes 20 us.
 */
const TEXTS = `
ENOENT file does not exist
EACCES access denied
EPERM permission denied
EAGAIN temporary failure
EINTR interrupted system call
ENOMEM out of memory
EIO input/output error
EEXIST file already exists
ENOTDIR not a directory
EISDIR is a directory
ENXIO device not configured
ETXTBSY text busy
ENOEXEC exec format error
E2BIG argument list too long
EBADF file descriptor not open
ECHILD no child processes
ESRCH no such process
EINVAL invalid argument
EFAULT bad address
EBUSY device busy
EXDEV cross-device link
ENODEV device does not support operation
ENOTTY not a tty
ENFILE system cannot open more files
EMFILE process cannot open more files
EFBIG file too big
ENOSPC out of disk space
EROFS read-only file system
EDQUOT disk quota exceeded
EPIPE broken pipe
ESPIPE unseekable descriptor
EMLINK too many links
ELOOP symbolic link loop
ENAMETOOLONG file name too long
ENOTEMPTY directory not empty
ENOLCK no locks available
ENOSYS system call not available
ESTALE stale NFS file handle
EDEADLK operation would cause deadlock
ETIMEDOUT timed out
EDOM input out of range
ERANGE output out of range
EINPROGRESS operation in progress
EALREADY operation already in progress
ECONNREFUSED connection refused
ECONNRESET connection reset
ECONNABORTED connection aborted
EMSGSIZE message too long
ENOBUFS out of buffer space
ENETUNREACH network unreachable
ENETDOWN network down
EHOSTUNREACH host unreachable
EHOSTDOWN host down
EADDRINUSE address already used
EADDRNOTAVAIL address not available
ENOTSOCK not a socket
EAFNOSUPPORT address family not supported
EOPNOTSUPP operation not supported
EPROTO protocol error
EUSERS too many users
ENOTBLK not a block device
`;

/** The error that stands for `undefined` from a call that returns it for a missing file. */
export const NOT_THERE = { code: "ENOENT" } as const;

/** Whether `error` is a PosixError and, if codes are given, has one of them. */
export function isPosixError(error: unknown, ...codes: readonly string[]): error is PosixError {
  if (!(error instanceof Error) || error.name !== "PosixError") return false;
  return codes.length === 0 || codes.includes((error as PosixError).code);
}

/** The part of a PosixError that a message needs. */
export type ErrorCode = Pick<PosixError, "code">;

/** Returns runit's text for an error: the ERR of its messages. */
export function reason(error: ErrorCode): string {
  const at = TEXTS.indexOf(`\n${error.code} `);
  if (at < 0) return "unknown error";
  const start = at + error.code.length + 2;
  return TEXTS.slice(start, TEXTS.indexOf("\n", start));
}

/**
 * Resource exhaustion: such a failure says nothing about the file in question, and a retry may
 * succeed.
 */
const EXHAUSTED = ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"];

/** Whether a call failed because the system, or this process, has run out of a resource. */
export function isResourceExhaustion(error: unknown): error is PosixError {
  return isPosixError(error, ...EXHAUSTED);
}

/**
 * Returns the result of `call`, or that of `handle` if a system call in it failed.
 *
 * @throws any exception other than a PosixError: a bug in runits
 */
export function onPosixError<T>(call: () => T, handle: (error: PosixError) => T): T {
  try {
    return call();
  } catch (error) {
    if (isPosixError(error)) return handle(error);
    throw error;
  }
}

/**
 * Returns the result of `call`, or `undefined` if it failed with one of `codes`.
 *
 * @throws any other exception of `call`
 */
export function ignoring<T>(codes: readonly string[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isPosixError(error, ...codes)) return undefined;
    throw error;
  }
}

/**
 * Returns the result of `call`, or `undefined` if a system call in it failed.
 *
 * @throws any exception other than a PosixError: a bug in runits
 */
export function ignoringErrors<T>(call: () => T): T | undefined {
  // Not by onPosixError: each `sv status` comes here, and would create another function.
  try {
    return call();
  } catch (error) {
    if (isPosixError(error)) return undefined;
    throw error;
  }
}

/**
 * Returns the result of `call`, or `undefined` if it failed because of the file in question: it is
 * missing, or not accessible.
 *
 * @throws {PosixError} a resource has run out, and the failure says nothing about the file
 */
export function unlessExhausted<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isPosixError(error) && !isResourceExhaustion(error)) return undefined;
    throw error;
  }
}
