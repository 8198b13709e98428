/**
 * The contract between runits' TypeScript and its host: one function here is one call of the
 * operating system, and {@link readText} those three that are most often made together. host/ implements it in Rust;
 * nothing else in the project makes system calls.
 *
 * - **Byte strings.** File names, arguments and environment entries are bytes, not text. Every
 *   string that crosses this line holds one byte in each character, U+0000 to U+00FF, so that any
 *   name passes through unchanged, valid UTF-8 or not. A character above U+00FF is a `RangeError`;
 *   so is a NUL in a path, a name or an argument.
 * - **Errors.** A call that fails throws a {@link PosixError}. Outcomes that a caller expects in
 *   ordinary operation are values instead (`undefined`, `false`) and are named at each function.
 * - **Nothing hidden.** No call retries, waits longer than its manual page says, logs or remembers,
 *   but for what {@link signalOpen} and {@link setTitle} say of themselves.
 * - Every descriptor made here is close-on-exec.
 * - Numbers are whole; the host refuses fractions, NaN and what does not fit with a `RangeError`.
 */
declare module "posix" {
  /** The calls that can fail, as a {@link PosixError} names them; build/calls.test.ts compares them with the host. */
  export type Call =
    | "capget"
    | "capset"
    | "chdir"
    | "chroot"
    | "clock_gettime"
    | "close"
    | "dup2"
    | "execve"
    | "fchdir"
    | "fchmod"
    | "fchown"
    | "fcntl"
    | "flock"
    | "fork"
    | "fstat"
    | "fsync"
    | "ftruncate"
    | "getauxval"
    | "getgroups"
    | "getrlimit"
    | "inotify_add_watch"
    | "inotify_init1"
    | "inotify_rm_watch"
    | "ioctl"
    | "ioprio_set"
    | "kevent"
    | "kill"
    | "kqueue"
    | "mkdir"
    | "mkfifo"
    | "nice"
    | "open"
    | "pidfd_open"
    | "pidfd_send_signal"
    | "pipe"
    | "poll"
    | "prctl"
    | "read"
    | "readdir"
    | "readlink"
    | "rename"
    | "sendto"
    | "setgid"
    | "setgroups"
    | "setname"
    | "setpgid"
    | "setrlimit"
    | "setsid"
    | "setuid"
    | "sigaction"
    | "sigaddset"
    | "signalfd"
    | "sigprocmask"
    | "socket"
    | "stat"
    | "symlink"
    | "unlink"
    | "waitpid"
    | "write";
  /** What a failed call throws. Code branches on `code`; `message` is for people. */
  export interface PosixError extends Error {
    readonly name: "PosixError";
    /** The symbol of errno, such as `"ENOENT"`; `"E<number>"` where the host knows no name. */
    readonly code: string;
    readonly errno: number;
    readonly call: Call;
    /** The file it was about, where it was about one. */
    readonly path: string | undefined;
  }

  // ---------------------------------------------------------------- the process as it was started

  /** The words of the command line; `argv()[0]` is the tool's name as it was called. */
  export function argv(): string[];
  /** The environment, as `NAME=value` entries in the order in which they were inherited. */
  export function environ(): string[];
  /** The value of the first entry of that name; `undefined` where there is none. @see getenv(3) */
  export function getenv(name: string): string | undefined;
  /**
   * The path that this program was executed by: it may lead to another file by now, or have been relative to another
   * directory.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux
   * @see getauxval(3) AT_EXECFN
   */
  export function execPath(): string;
  /** The version in host/Cargo.toml, which is the product's. */
  export const VERSION: string;
  /**
   * Evaluates a further part of this tool, sealed as a program of that name.
   *
   * @returns what its module exports
   * @throws {RangeError} there is none
   */
  export function load(part: string): unknown;
  /**
   * The table by which positions in a program's bundle are told as positions in TypeScript sources;
   * base/trace.ts reads it. Its format: build/trace-table.ts. Empty when nothing was sealed with it.
   */
  export function traceTable(program: string): string;

  // ------------------------------------------------------------------------------------------ files

  /** Stands for the current directory where a directory's descriptor is asked for. */
  export const AT_FDCWD: number;
  /** To {@link stat}: of a symbolic link itself, not of what it points to. */
  export const AT_SYMLINK_NOFOLLOW: number;
  /** To {@link unlink}: remove an empty directory. */
  export const AT_REMOVEDIR: number;

  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_RDWR: number;
  export const O_APPEND: number;
  export const O_CREAT: number;
  export const O_EXCL: number;
  export const O_TRUNC: number;
  export const O_NONBLOCK: number;
  export const O_CLOEXEC: number;
  export const O_DIRECTORY: number;
  export const O_NOFOLLOW: number;

  /** The bits of {@link Stat.mode} that tell the type, and the types. */
  export const S_IFMT: number;
  export const S_IFREG: number;
  export const S_IFDIR: number;
  export const S_IFLNK: number;
  export const S_IFIFO: number;

  /** What stat(2) tells, as far as runits asks. */
  export interface Stat {
    /** `DEVICE:INODE`, in digits: equal for the same file, and for no other that exists with it. */
    readonly id: string;
    /** Type and permission bits. */
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    /** How many names it has. */
    readonly links: number;
    /** Bytes; exact up to 2^53. */
    readonly size: number;
    /** Last change of the content, Unix time: whole seconds, and nanoseconds on top. */
    readonly mtimeS: number;
    readonly mtimeNs: number;
  }

  /**
   * Opens `path`, relative to the directory `dir`, close-on-exec. A terminal never becomes the controlling one
   * (`O_NOCTTY`).
   *
   * @param dir a directory's descriptor, or {@link AT_FDCWD}; of no account for an absolute path
   * @param flags `O_...`, joined with `|`
   * @param mode permissions of a file it makes, before umask
   * @returns the descriptor
   * @throws {PosixError} `ENXIO`: a FIFO opened `O_WRONLY | O_NONBLOCK` that nobody reads
   * @see openat(2)
   */
  export function open(dir: number, path: string, flags: number, mode: number): number;
  /**
   * Reads a file from its start to its end, or as far as `max` bytes, as a byte string. Does not wait for what a FIFO or a
   * device may yet give.
   *
   * @param flags `O_NOFOLLOW`, or none
   * @returns `undefined` where there is none (`ENOENT`)
   * @throws {PosixError} call `"read"`: it was there, and could not be read
   * @see openat(2), read(2)
   */
  export function readText(
    dir: number,
    path: string,
    max?: number,
    flags?: number,
  ): string | undefined;
  /** @see close(2). The descriptor is gone even when this throws. */
  export function close(fd: number): void;
  /**
   * Reads once, at most `max` bytes.
   *
   * @returns no bytes at the end of the file; `undefined` where a non-blocking descriptor has
   * nothing to give yet (`EAGAIN`)
   * @see read(2)
   */
  export function read(fd: number, max: number): Uint8Array | undefined;
  /**
   * Reads once, into memory that is there: `bytes[offset]` and on, at most `max`.
   *
   * @returns how many came, 0 at the end of the file; `undefined` as for {@link read}
   * @throws {RangeError} `bytes` has no room for `max` there
   * @see read(2)
   */
  export function readInto(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    max: number,
  ): number | undefined;
  /**
   * Writes once; a string is a byte string.
   *
   * @returns how many bytes went in, which may be fewer; `undefined` where a non-blocking
   * descriptor takes nothing now (`EAGAIN`)
   * @see write(2)
   */
  export function write(fd: number, bytes: Uint8Array | string): number | undefined;
  /** @see fsync(2) */
  export function fsync(fd: number): void;
  /** `length` in bytes. @see ftruncate(2) */
  export function ftruncate(fd: number, length: number): void;
  /**
   * Follows symbolic links unless `flags` is {@link AT_SYMLINK_NOFOLLOW}; else 0.
   *
   * @returns `undefined` where there is nothing, or a link that leads nowhere (`ENOENT`)
   * @see fstatat(2)
   */
  export function stat(dir: number, path: string, flags: number): Stat | undefined;
  /** @see fstat(2) */
  export function fstat(fd: number): Stat;
  /** @see fchmod(2) */
  export function fchmod(fd: number, mode: number): void;
  /** -1 leaves the owner or the group as it is. @see fchown(2) */
  export function fchown(fd: number, uid: number, gid: number): void;
  /** @see mkdirat(2) */
  export function mkdir(dir: number, path: string, mode: number): void;
  /** @see mkfifoat(3), mknodat(2) */
  export function mkfifo(dir: number, path: string, mode: number): void;
  /** Replaces `to` where it exists, in one step. @see renameat(2) */
  export function rename(fromDir: number, from: string, toDir: number, to: string): void;
  /** `flags` is 0 or {@link AT_REMOVEDIR}. @see unlinkat(2) */
  export function unlink(dir: number, path: string, flags: number): void;
  /** @see symlinkat(2) */
  export function symlink(target: string, dir: number, path: string): void;
  /** The link's text, whole however long. @see readlinkat(2) */
  export function readlink(dir: number, path: string): string;
  /**
   * The names in an open directory without `.` and `..`, in the order in which the system gives them.
   * Reads from the start each time, and leaves `fd` open.
   *
   * @throws {PosixError} call `"readdir"`: not all could be read; no partial list is returned
   * @see fdopendir(3), readdir(3)
   */
  export function readdir(fd: number): string[];
  /** @see chdir(2) */
  export function chdir(path: string): void;
  /** @see fchdir(2) */
  export function fchdir(fd: number): void;
  /** @see chroot(2) */
  export function chroot(path: string): void;
  /** @returns the mask before. @see umask(2) */
  export function umask(mask: number): number;

  // ------------------------------------------------------------------------------------ descriptors

  /** `[read end, write end]`. @see pipe2(2) */
  export function pipe(): [number, number];
  /** Makes `to` another name of `from`, open across exec; `from === to` only clears close-on-exec. @see dup2(2) */
  export function dup2(from: number, to: number): void;
  /** A copy with the lowest free number that is at least `least`, close-on-exec. @see fcntl(2) F_DUPFD_CLOEXEC */
  export function dupFrom(fd: number, least: number): number;
  /** @returns `false` where `fd` is not open (`EBADF`). @see fcntl(2) F_GETFD */
  export function isOpen(fd: number): boolean;
  /** @see fcntl(2) FD_CLOEXEC */
  export function setCloseOnExec(fd: number, on: boolean): void;
  /** Of the open file description, so for everyone who shares it. @see fcntl(2) O_NONBLOCK */
  export function setNonBlocking(fd: number, on: boolean): void;
  /** @see isatty(3) */
  export function isTerminal(fd: number): boolean;

  export const LOCK_SH: number;
  export const LOCK_EX: number;
  export const LOCK_NB: number;
  export const LOCK_UN: number;
  /** @returns `false` where another has it and `LOCK_NB` was given (`EWOULDBLOCK`). @see flock(2) */
  export function flock(fd: number, operation: number): boolean;

  export const POLLIN: number;
  export const POLLOUT: number;
  export const POLLERR: number;
  export const POLLHUP: number;
  export const POLLNVAL: number;
  /**
   * Waits until a descriptor is ready.
   *
   * @param set `struct pollfd` after `struct pollfd`, 8 bytes each: `fd` (int32), `events` (int16),
   * `revents` (int16, written by the call), in the machine's byte order; see base/poll-set.ts
   * @param count how many of them count
   * @param timeoutMs milliseconds, rounded up by the kernel's clock; -1 waits for ever
   * @returns how many have `revents`; 0 after the time
   * @throws {PosixError} `EINTR`: a signal or a stop came between; nothing was lost
   * @see poll(2)
   */
  export function poll(set: ArrayBuffer, count: number, timeoutMs: number): number;

  // -------------------------------------------------------------------------------------- datagrams

  /** A socket for UDP over IPv4, non-blocking. @see socket(2) */
  export function udpSocket(): number;
  /**
   * Sends one datagram.
   *
   * @param address IPv4, as one number of 32 bits: `a.b.c.d` is `a * 2^24 + b * 2^16 + c * 2^8 + d`
   * @throws {PosixError} also `EAGAIN`, where it would have to wait
   * @see sendto(2)
   */
  export function udpSend(
    socket: number,
    address: number,
    port: number,
    bytes: Uint8Array | string,
  ): void;

  // ------------------------------------------------------------------------------------ directories

  /**
   * Opens a watch: a descriptor that is readable once something has happened to what was added to it.
   * Non-blocking.
   *
   * @throws {PosixError} `EMFILE`: the user has too many (inotify's limit); `ENOSYS`: not here
   * @see inotify(7); kqueue(2) EVFILT_VNODE
   */
  export function watchOpen(): number;
  /**
   * What is told of a path that is added to a watch:
   *
   * - `"entries"`: an entry of the directory, to which links are followed, was made, removed, renamed or
   *   replaced, or the directory itself was;
   * - `"directory"`: the directory, to which no link is followed at the end of the path, was renamed, or
   *   removed, which is told only when nobody has it open any more. Of its entries nothing is told;
   * - `"link"`: the symbolic link itself was renamed, replaced or removed.
   */
  export type Watched = "entries" | "directory" | "link";
  /**
   * Adds `path` to a watch. What is asked for by several calls about one directory comes together.
   *
   * @returns a number that names it in {@link WatchEvent}; on Linux the same number for the same file,
   * elsewhere a new one, and a descriptor, each time
   * @throws {PosixError} `ENOSPC`: the user watches too many; `ENOENT`, `ENOTDIR`; `EACCES`: it may not be
   * read; `ENOSYS`: not on Linux, and not `"entries"`
   */
  export function watchAdd(watch: number, path: string, what: Watched): number;
  /** Ends what {@link watchAdd} began. */
  export function watchRemove(watch: number, id: number): void;
  export interface WatchEvent {
    readonly id: number;
    /** The entry, where the system tells which; `undefined` also for what was added itself. */
    readonly name: string | undefined;
    /** The system has stopped watching it: it was removed or unmounted. */
    readonly ended: boolean;
    /** Events were lost: look at everything again. */
    readonly overflow: boolean;
  }
  /**
   * Takes what has happened so far, as far as one read(2) gives it; an empty list when nothing has. The
   * descriptor stays readable while there is more.
   */
  export function watchRead(watch: number): WatchEvent[];

  // -------------------------------------------------------------------------------------- processes

  /**
   * @returns 0 in the child, else the child's pid. Safe at any time: the process has one thread.
   * @throws {PosixError} `EAGAIN`: a limit on processes; `ENOMEM`
   * @see fork(2)
   */
  export function fork(): number;
  /** What {@link execve} takes. */
  export interface Program {
    readonly path: string;
    readonly argv: readonly string[];
    readonly env?: readonly string[] | undefined;
  }
  /** Which descriptors of this process a child has, beside those that are open across exec. */
  export interface Given {
    /** Become standard input and output, after `prepare`. */
    readonly stdin?: number | undefined;
    readonly stdout?: number | undefined;
    /**
     * All from here on are close-on-exec. The child, where the system can, then has this process's descriptors and not
     * copies of them, of which there may be thousands, to be made and to be closed by the exec. So `prepare` has to close what
     * it opens, and nothing else.
     */
    readonly closeFrom?: number | undefined;
  }
  /**
   * Starts a child that becomes another program. It takes a part of the time of a fork and an exec: where the system can,
   * the child has this process's memory until then, and this process waits for it, but only 50 ms for the exec itself, or
   * 1 ms while another exec takes longer: see {@link isExecPending}.
   *
   * So what the two functions change in memory may be changed here too, and they have to return: nothing called in
   * them may end the process. All else is the child's own: directory, signals, limits, and, without `closeFrom`,
   * descriptors. Signals are blocked in them; those of a write of theirs that failed, SIGPIPE and SIGXFSZ, are taken away.
   *
   * A child that is killed in them leaves memory that cannot be trusted: then this process ends too, with 111.
   *
   * @param blocked the signals that the program starts with blocked
   * @param prepare called in the child; what to execute, or the code to exit with
   * @param failed called in the child after a dup2 or an exec that failed; the code to exit with. After an exception from
   * either that is 111; not called if {@link execError} has the reason
   * @returns the child's pid
   * @throws {PosixError} of call `fork`: `EAGAIN`: a limit on processes; `ENOMEM`
   * @see clone(2), `CLONE_VM`, `CLONE_VFORK`, `CLONE_FILES`; close_range(2)
   */
  export function spawn(
    blocked: readonly number[],
    given: Given,
    prepare: () => Program | number,
    failed: (error: PosixError) => number,
  ): number;
  /** Whether {@link spawn} has returned before this child's exec was done; to be asked before anything else happens. */
  export function isExecPending(pid: number): boolean;
  /**
   * Why the exec of such a child failed, in which case it has exited 111; to be asked once, when the child has been
   * collected.
   *
   * @returns `undefined` if it did not fail, or `failed` of {@link spawn} was called
   */
  export function execError(pid: number): PosixError | undefined;
  /**
   * Becomes another program; returns only by throwing.
   *
   * @param path relative to the current directory; no PATH search
   * @param env `NAME=value` entries; what this process has inherited where it is left out
   * @see execve(2)
   */
  export function execve(path: string, argv: readonly string[], env?: readonly string[]): never;
  /** How a process ended: one of `code` and `signal` is there. */
  export interface ProcessEnd {
    /** 0 to 255, after an exit. */
    readonly code: number | undefined;
    /** The signal's number, after a kill. */
    readonly signal: number | undefined;
    /** A core file was written. */
    readonly core: boolean;
  }
  export interface ChildExit extends ProcessEnd {
    readonly pid: number;
  }
  /**
   * Collects one ended child, without waiting (`WNOHANG`).
   *
   * @param pid a process id, or -1 for any child
   * @returns `undefined` while those asked about all run, and where there is none at all (`ECHILD`)
   * @see waitpid(2)
   */
  export function waitpid(pid: number): ChildExit | undefined;
  /** Signal 0 only asks. @throws {PosixError} `ESRCH`, `EPERM`. @see kill(2) */
  export function kill(pid: number, signal: number): void;
  /** Ends the process at once: no handlers, no flushing. @see _exit(2) */
  export function exit(code: number): never;
  export function getpid(): number;
  export function getppid(): number;
  /** @see setsid(2) */
  export function setsid(): number;
  /** @see setpgid(2) */
  export function setpgid(pid: number, group: number): void;
  /** A descriptor that stands for the process, whatever becomes of its number. @throws {PosixError} `ENOSYS` where there is none. @see pidfd_open(2) */
  export function pidfdOpen(pid: number): number;
  /** @see pidfd_send_signal(2) */
  export function pidfdSendSignal(pidfd: number, signal: number): void;
  /**
   * How the process ended, be it a child or not. A pidfd is readable (`POLLIN`) when its process has ended,
   * and hung up (`POLLHUP`) when its parent has collected it, from when on this is told.
   *
   * @returns `undefined` while it is not told yet
   * @throws {PosixError} `ESRCH`, `ENOTTY`: a kernel before Linux 6.15 does not tell; `ENOSYS`: not on Linux
   * @see pidfd_open(2); Linux include/uapi/linux/pidfd.h, PIDFD_GET_INFO with PIDFD_INFO_EXIT
   */
  export function pidfdExit(pidfd: number): ProcessEnd | undefined;
  /**
   * The signal that this process gets when its parent dies; 0 for none. Not inherited by children.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux
   * @see prctl(2) PR_SET_PDEATHSIG
   */
  export function setParentDeathSignal(signal: number): void;
  /**
   * From now on this process is the parent of its descendants that lose theirs. Not inherited by children.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux
   * @see prctl(2) PR_SET_CHILD_SUBREAPER
   */
  export function becomeSubreaper(): void;

  /**
   * What `ps` shows for this process: the words, as if they had been its command line. They are
   * written over the memory of the command line, and, where that is too short, over the environment's,
   * which the host copies first; {@link environ} and {@link argv} do not change by it. What has no room
   * is cut off.
   *
   * @see proc(5) /proc/PID/cmdline; setproctitle(3) on the BSDs
   */
  export function setTitle(words: readonly string[]): void;
  /** The process's short name, cut to 15 bytes on Linux. @see prctl(2) PR_SET_NAME */
  export function setName(name: string): void;
  /**
   * Writes over the memory of word `index` of the command line, from byte 0 on, no further than the
   * word's length, so that `ps` shows it: runsvdir's log.
   */
  export function writeArgument(index: number, bytes: Uint8Array): void;

  // ---------------------------------------------------------------------------------------- signals

  export const SIGHUP: number;
  export const SIGINT: number;
  export const SIGQUIT: number;
  export const SIGKILL: number;
  export const SIGUSR1: number;
  export const SIGUSR2: number;
  export const SIGPIPE: number;
  export const SIGALRM: number;
  export const SIGTERM: number;
  export const SIGCHLD: number;
  export const SIGCONT: number;
  export const SIGSTOP: number;
  export const SIGXFSZ: number;

  /** The number that a signal has here; `undefined` where `name`, such as `"WINCH"`, is none. @see signal(7) */
  export function signalNumber(name: string): number | undefined;
  /** The signals blocked now, ascending. @see sigprocmask(2) */
  export function signalMask(): number[];
  /** Blocks exactly these. @see sigprocmask(2) SIG_SETMASK */
  export function setSignalMask(signals: readonly number[]): void;
  /** `"caught"`: by a handler of the host. @see sigaction(2) */
  export function disposition(signal: number): "default" | "ignore" | "caught";
  /** @see sigaction(2) SIG_DFL, SIG_IGN */
  export function setDisposition(signal: number, to: "default" | "ignore"): void;
  /**
   * From now on these signals do not act: they can be read from the descriptor that this returns
   * (non-blocking). On Linux they are blocked, and their dispositions stay; elsewhere, and in a sandbox that refuses
   * signalfd, a handler writes into a pipe, which the host remembers until {@link signalClose}, and they are unblocked.
   * Then signals that are ignored stay so.
   *
   * @throws {PosixError} `EBUSY`: one is open already
   * @see signalfd(2)
   */
  export function signalOpen(signals: readonly number[]): number;
  /** The signals that came, in the order in which they are told; an empty list when none did. */
  export function signalRead(fd: number): number[];
  /**
   * Ends what {@link signalOpen} began, in this process only: on Linux closes the descriptor and leaves
   * the mask to {@link setSignalMask}; with the pipe puts the default dispositions back as well.
   */
  export function signalClose(fd: number): void;

  // ----------------------------------------------------------------------------------------- clocks

  export interface Time {
    /** Whole seconds. */
    readonly seconds: number;
    /** 0 to 999 999 999. */
    readonly nanoseconds: number;
  }
  /** Unix time. @see clock_gettime(2) CLOCK_REALTIME */
  export function clockReal(): Time;
  /** Time since some start, never set back; stands still in suspend on Linux. @see CLOCK_MONOTONIC */
  export function clockMonotonic(): Time;

  // ------------------------------------------------------------------------------- users and limits

  export function getuid(): number;
  export function geteuid(): number;
  export function getgid(): number;
  export function getegid(): number;
  /** @see getgroups(2) */
  export function getgroups(): number[];
  /** @see setgroups(2) */
  export function setgroups(gids: readonly number[]): void;
  /** @see setgid(2) */
  export function setgid(gid: number): void;
  /** @see setuid(2) */
  export function setuid(uid: number): void;

  /** `RLIMIT_...` without the prefix, in lower case. Those that a system lacks throw `EINVAL`. */
  export type Resource =
    | "as"
    | "core"
    | "cpu"
    | "data"
    | "fsize"
    | "memlock"
    | "nofile"
    | "nproc"
    | "rss"
    | "stack";
  export interface Limit {
    /** In the resource's own unit; `Infinity` is no limit. */
    readonly soft: number;
    readonly hard: number;
  }
  /** @see getrlimit(2) */
  export function getrlimit(resource: Resource): Limit;
  /** @see setrlimit(2) */
  export function setrlimit(resource: Resource, limit: Limit): void;
  /** Adds to the nice value. @returns the new one. @see nice(2) */
  export function nice(increment: number): number;
  /**
   * Sets the process's priority for input and output.
   *
   * @param priority the class (0 none, 1 real time, 2 best effort, 3 idle) times 2^13, and the level, 0 to 7
   * @throws {PosixError} `ENOSYS`: not on Linux; `EPERM`
   * @see ioprio_set(2) IOPRIO_WHO_PROCESS
   */
  export function ioprioSet(priority: number): void;

  // ------------------------------------------------------------------------------------- privileges

  /**
   * From now on no exec gives privileges: set-user-ID bits and file capabilities do nothing.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux; `EINVAL`: a kernel before 3.5
   * @see prctl(2) PR_SET_NO_NEW_PRIVS
   */
  export function setNoNewPrivileges(): void;
  /**
   * Takes a capability, by its number, out of the bounding set: no exec gives it any more.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux; `EINVAL`: the kernel knows no such one; `EPERM`
   * @see prctl(2) PR_CAPBSET_DROP
   */
  export function dropBoundingCapability(capability: number): void;
  /**
   * This process's capabilities: six words of 32 bits, a bit to each capability. The first three are its effective, its
   * permitted and its inheritable set, for capabilities 0 to 31; the others are the same for 32 to 63.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux
   * @see capget(2)
   */
  export function capget(): number[];
  /**
   * Sets what {@link capget} gets. What leaves the permitted or the inheritable set leaves the ambient set as well.
   *
   * @throws {PosixError} `ENOSYS`: not on Linux; `EPERM`
   * @throws {RangeError} not six words
   * @see capset(2)
   */
  export function capset(words: readonly number[]): void;

  // ------------------------------------------------------------------------------------------- bytes
  // No calls of the system: work on every byte of a buffer, for which the engine is too slow by far.

  /**
   * Replaces every byte of `bytes[start]` to `bytes[end - 1]` by what `table` has for it.
   *
   * @param table 256 bytes
   */
  export function translate(bytes: Uint8Array, start: number, end: number, table: Uint8Array): void;
  /**
   * Copies those lines of `from` to `to` that `rules` select, each with `head` before it.
   *
   * @param cursor six words of 32 bits in the machine's byte order, read and written:
   * 0 `at`, where the next line begins in `from`; 1 `end`, where the lines end (the bytes behind the last newline
   * are not a line); 2 `out`, where `to` is written next; 3 `limit`, how many bytes of a line the rules see;
   * 4 the mode: 0 copies whole lines; 1 copies `limit` bytes of each at most, and ends a line of `limit` bytes
   * or more with `...`; 2 copies nothing and returns at each line that is selected; 5 where that line ends
   * @param from must not share memory with `to`
   * @param rules see {@link selectsLine}
   * @returns 0: no line is left; 1: the next one does not fit into `to`; 2: the line at `at` is selected
   * @throws {RangeError} the cursor leads out of the arrays, or `rules` are not rules
   */
  export function copyLines(
    cursor: ArrayBuffer,
    from: Uint8Array,
    to: Uint8Array,
    head: Uint8Array,
    rules: Uint8Array,
  ): number;
  /**
   * Whether `rules` select the line from `bytes[start]` to `bytes[end - 1]`. The first rule that matches decides.
   *
   * @param rules the outcome if no rule matches, 0 or 1 in a byte; then, for each rule, its outcome, the length
   * of its pattern (four bytes, the least significant first) and the pattern, in the language of svlogd(8).
   * An empty array selects every line.
   * @throws {RangeError} the numbers lead out of the array, or `rules` are not rules
   */
  export function selectsLine(
    rules: Uint8Array,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean;
  /**
   * The message authentication code SipHash-2-4 of `text`, both byte strings.
   *
   * @param key 16 bytes
   * @returns 16 hexadecimal digits
   * @throws {RangeError} a key of another length
   */
  export function siphash(key: string, text: string): string;
}
