/**
 * Module posix with a fault switch, as the executables in dist/faulty have it: between the tools
 * and the host, which knows nothing of it. Without RUNITS_FAULTS in the environment it is the
 * host's.
 *
 * That names a directory, whose files are looked at before each call, so that a test can lay and
 * lift them at any moment, for all processes together:
 *
 * - `calls`: each call that can fail is appended, `FUNCTION ERRNOS SITE`; a site is the way that
 *   led to the call;
 * - `fault`: `ERRNO FUNCTION SITE`: the next such call fails, and the file is called `struck` from
 *   then on; `SIGKILL` in place of the error kills the process after that call;
 * - `storm`: `ERRNO FUNCTION...`: all such calls fail;
 * - `clock`: by how many seconds the real clock is off.
 */
import * as host from "posix";
import {
  DEATH,
  DUP2,
  ERRNOS,
  type Errno,
  EXECVE,
  FAILURES,
  type Failures,
  type Strike,
} from "./failures.ts";

type Arguments = readonly unknown[];
type AnyCall = (...words: Arguments) => unknown;

const VARIABLE = "RUNITS_FAULTS";
/** So many callers distinguish one way from another. */
const SITE_FRAMES = 6;
/** Of the stack: the functions of this file. */
const OWN_FRAMES = 2;
/** Descriptors that were opened for writing. */
const written = new Set<number>();

export const posix: typeof host = withFaults(host.getenv(VARIABLE));

function withFaults(dir: string | undefined): typeof host {
  // The host's stands behind it: that has nothing until it is asked for, and the bundler copies
  // what there is.
  const faulty: typeof host & Record<string, unknown> = Object.create(host);
  if (dir === undefined) return faulty;
  const put = (name: string, value: unknown) =>
    Object.defineProperty(faulty, name, { value, enumerable: true, configurable: true });
  for (const [name, failures] of Object.entries(FAILURES)) {
    const call = (host as unknown as Record<string, AnyCall>)[name];
    if (call !== undefined) put(name, through(dir, name, failures, call));
  }
  const spawn = faulty.spawn;
  put("spawn", (...words: Parameters<typeof spawn>) => spawn(...mayFailToExecute(dir, ...words)));
  put("clockReal", () => {
    const { seconds, nanoseconds } = host.clockReal();
    return { seconds: seconds + Number(text(`${dir}/clock`) ?? 0), nanoseconds };
  });
  return faulty;
}

/** The exec of a child is the host's: a fault has to come before. */
function mayFailToExecute(
  dir: string,
  ...[blocked, given, prepare, failed]: Parameters<typeof host.spawn>
): Parameters<typeof host.spawn> {
  const mayFail = () => {
    const program = prepare();
    if (typeof program === "number") return program;
    const copies = [given.stdin, given.stdout].filter((fd) => fd !== undefined);
    for (const [name, failures, words] of [
      ...copies.map((fd) => ["dup2", DUP2, [fd]] as const),
      ["execve", EXECVE, [program.path]] as const,
    ]) {
      const errno = struck(dir, name, failures, words);
      if (errno === DEATH) die();
      else if (errno !== undefined) return failed(posixError(failures, errno, words));
    }
    return program;
  };
  return [blocked, given, mayFail, failed];
}

function through(dir: string, name: string, failures: Failures, call: AnyCall): AnyCall {
  return (...words) => {
    const strike = struck(dir, name, failures, words);
    if (strike === DEATH) {
      call(...words);
      die();
    }
    const errno = strike === DEATH ? undefined : strike;
    // The descriptor is gone even if this fails.
    const result = errno === undefined || name === "close" ? call(...words) : undefined;
    if (name === "open" && errno === undefined) {
      if (isForWriting(words[2])) written.add(Number(result));
      else written.delete(Number(result)); // it may have been closed by another part of the program
    }
    if (errno === undefined) return result;
    if (errno === "EAGAIN" && failures.call === "read")
      return name.startsWith("read") ? undefined : [];
    if (errno === "EAGAIN" && (name === "write" || name === "receive")) return undefined;
    throw posixError(failures, errno, words);
  };
}

function die(): void {
  host.kill(host.getpid(), host.SIGKILL);
}

/** The error with which this call is to fail, or the death that is to follow it. */
function struck(
  dir: string,
  name: string,
  failures: Failures,
  words: Arguments,
): Strike | undefined {
  const [stormErrno, ...stormy] = text(`${dir}/storm`)?.split(" ") ?? [];
  if (stormErrno !== undefined && stormy.includes(name)) {
    const errno = stormErrno as Errno;
    return canBe(errno, name, words) ? errno : undefined;
  }
  const fault = text(`${dir}/fault`);
  const isCounted = typeOf(() => host.stat(host.AT_FDCWD, `${dir}/calls`, 0)) !== undefined;
  if (fault === undefined && !isCounted) return undefined;
  const errnos = failures.errnos.filter((errno) => canBe(errno, name, words));
  const site = siteOf(new Error());
  if (isCounted) append(`${dir}/calls`, `${name} ${errnos} ${site}\n`);
  const strikes = [...errnos, DEATH] as const;
  const errno = strikes.find((each) => fault === `${each} ${name} ${site}`);
  return errno !== undefined && take(dir) ? errno : undefined;
}

/** Whether such a call, about such a file, can fail so. */
function canBe(errno: Errno, name: string, words: Arguments): boolean {
  const [fd] = words;
  switch (name) {
    case "open": {
      if (errno !== "ENOSPC" && errno !== "EROFS") return true;
      const [dir, path, flags] = words;
      const type = typeOf(() => host.stat(Number(dir), String(path), 0));
      if (type === undefined) return (Number(flags) & host.O_CREAT) !== 0;
      return errno === "EROFS" && isForWriting(flags) && type === host.S_IFREG;
    }
    case "poll":
      return Number(words[1]) > 0; // a mere rest needs nothing
    case "close":
      // The kernel reports a failed write late.
      return written.has(Number(fd)) && isFile(Number(fd));
    case "read":
    case "readInto":
    case "write":
      return (errno === "EAGAIN") !== isFile(Number(fd));
    default:
      return true;
  }
}

function isFile(fd: number): boolean {
  return typeOf(() => host.fstat(fd)) === host.S_IFREG;
}

/** `undefined` if there is no such file. */
function typeOf(look: () => host.Stat | undefined): number | undefined {
  try {
    const stat = look();
    return stat && stat.mode & host.S_IFMT;
  } catch {
    return undefined;
  }
}

function isForWriting(flags: unknown): boolean {
  return (Number(flags) & (host.O_WRONLY | host.O_RDWR)) !== 0;
}

/** The program's functions, the innermost first, with lines and columns of the bundle. */
function siteOf({ stack = "" }: Error): string {
  const frames = stack
    .trimEnd()
    .split("\n")
    .slice(OWN_FRAMES, OWN_FRAMES + SITE_FRAMES);
  return frames.map((frame) => frame.trim().slice("at ".length)).join(" < ");
}

/** Strikes once for all processes. */
function take(dir: string): boolean {
  try {
    host.rename(host.AT_FDCWD, `${dir}/fault`, host.AT_FDCWD, `${dir}/struck`);
    return true;
  } catch {
    return false;
  }
}

function text(path: string): string | undefined {
  try {
    return host.readText(host.AT_FDCWD, path);
  } catch {
    return undefined;
  }
}

/** If the file is still there: the test may have taken it meanwhile. */
function append(path: string, line: string): void {
  try {
    const fd = host.open(host.AT_FDCWD, path, host.O_WRONLY | host.O_APPEND, 0);
    host.write(fd, line);
    host.close(fd);
  } catch {
    // Nobody counts any more.
  }
}

function posixError({ call }: Failures, code: Errno, words: Arguments): host.PosixError {
  const path = words.find((word) => typeof word === "string");
  const error = new Error(`${call}: ${code}, by the fault switch`);
  return Object.assign(error, {
    name: "PosixError" as const,
    code,
    errno: ERRNOS[code],
    call,
    path,
  });
}
