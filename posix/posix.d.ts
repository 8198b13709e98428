/**
 * The contract between runits' TypeScript and its host. Each function makes one system call, except
 * {@link readText}: open, read, close. host/ implements it in Rust; nothing else in the project
 * makes system calls.
 *
 * - **Byte strings.** File names, arguments and environment entries are bytes, not text. Every
 *   string that crosses this line holds one byte in each character, U+0000 to U+00FF, so that any
 *   name passes through unchanged, valid UTF-8 or not. A character above U+00FF is a `RangeError`;
 *   so is a NUL in a path, a name or an argument.
 * - **Errors.** A call that fails throws a {@link PosixError}. Outcomes that a caller expects in
 *   ordinary operation are values instead (`undefined`, `false`) and are named at each function.
 * - **Nothing hidden.** No call retries, waits longer than its manual page says, logs or remembers
 *   anything; the exceptions, {@link signalOpen} and {@link setTitle}, say so.
 * - Every descriptor made here is close-on-exec.
 * - Numbers are whole; the host refuses fractions, NaN and numbers that do not fit with a
 *   `RangeError`.
 */
declare module "posix" {
  /**
   * The calls that can fail, as a {@link PosixError} names them; build/calls.test.ts compares them
   * with the host.
   */
  export type Call =
    | "bind"
    | "capget"
    | "capset"
    | "chdir"
    | "chmod"
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
    | "lseek"
    | "madvise"
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
    | "reboot"
    | "recvmsg"
    | "rename"
    | "renameat2"
    | "sendto"
    | "setgid"
    | "setgroups"
    | "setname"
    | "setpgid"
    | "setrlimit"
    | "setsid"
    | "setsockopt"
    | "setuid"
    | "sigaction"
    | "sigaddset"
    | "signalfd"
    | "sigprocmask"
    | "socket"
    | "stat"
    | "symlink"
    | "tcsetpgrp"
    | "tee"
    | "unlink"
    | "waitpid"
    | "write";
  /** The exception of a failed call. Code branches on `code`; `message` is for people. */
  export interface PosixError extends Error {
    readonly name: "PosixError";
    /** The symbol of errno, such as `"ENOENT"`; `"E<number>"` if the host knows no name. */
    readonly code: string;
    readonly errno: number;
    readonly call: Call;
    /** The file that the call was about, if any. */
    readonly path: string | undefined;
  }

  // ---------------------------------------------------------------- the process as it was started

  /** The words of the command line; `argv()[0]` is the tool's name as it was called. */
  export function argv(): string[];
  /** The environment, as `NAME=value` entries in the order in which they were inherited. */
  export function environ(): string[];
  /** The value of the first entry of that name; `undefined` if there is none. @see getenv(3) */
  export function getenv(name: string): string | undefined;
  /**
   * The path by which this program was executed. It may lead to another file by now, or be relative
   * to a former current directory.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see getauxval(3) AT_EXECFN
   */
  export function execPath(): string;
  /** The version in host/Cargo.toml, which is the product's. */
  export const VERSION: string;
  /**
   * Evaluates a further part of this tool, sealed as a program of that name.
   *
   * @returns the exports of its module
   * @throws {RangeError} there is no such part
   */
  export function load(part: string): unknown;
  /**
   * The table that translates positions in a program's bundle to positions in TypeScript sources,
   * for base/trace.ts. Its format: base/trace-table.ts. Empty if none was sealed.
   */
  export function traceTable(program: string): string;

  // ----------------------------------------------------------------------------------------- files

  /** The current directory, as a directory's descriptor. */
  export const AT_FDCWD: number;
  /** For {@link stat}: the symbolic link itself, not its target. */
  export const AT_SYMLINK_NOFOLLOW: number;
  /** For {@link unlink}: remove an empty directory. */
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

  /** The type bits of {@link Stat.mode}, and the types. */
  export const S_IFMT: number;
  export const S_IFREG: number;
  export const S_IFDIR: number;
  export const S_IFLNK: number;
  export const S_IFIFO: number;
  export const S_IFSOCK: number;

  /** The fields of stat(2) that runits uses. */
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
    /** Last change of the content, the attributes or a name, Unix time in whole milliseconds. */
    readonly ctimeMs: number;
  }

  /**
   * Opens `path`, relative to the directory `dir`, close-on-exec. A terminal never becomes the
   * controlling one (`O_NOCTTY`).
   *
   * @param dir a directory's descriptor, or {@link AT_FDCWD}; ignored for an absolute path
   * @param flags `O_...`, joined with `|`
   * @param mode permissions of a file that it creates, before umask
   * @returns the descriptor
   * @throws {PosixError} `ENXIO`: a FIFO opened `O_WRONLY | O_NONBLOCK` that nobody reads
   * @see openat(2)
   */
  export function open(dir: number, path: string, flags: number, mode: number): number;
  /**
   * Reads a file from its start to its end, or as far as `max` bytes, as a byte string. Does not
   * wait for more from a FIFO or a device. With a `max` of up to 4,096, fewer bytes than were asked
   * for are the end: local file systems and /proc return so short a text in one read.
   *
   * @param flags `O_NOFOLLOW`, or none
   * @returns `undefined` if there is no file (`ENOENT`)
   * @throws {PosixError} call `"read"`: the file exists and cannot be read
   * @see openat(2), read(2)
   */
  export function readText(
    dir: number,
    path: string,
    max?: number,
    flags?: number,
  ): string | undefined;
  /** @see close(2). The descriptor is closed even if this throws. */
  export function close(fd: number): void;
  /**
   * Reads once, at most `max` bytes.
   *
   * @returns no bytes at the end of the file; `undefined` if a non-blocking descriptor has
   * nothing to read yet (`EAGAIN`)
   * @see read(2)
   */
  export function read(fd: number, max: number): Uint8Array | undefined;
  /**
   * Reads once, at most `max` bytes, to `bytes[offset]` and on.
   *
   * @returns the number of bytes, 0 at the end of the file; `undefined` as for {@link read}
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
   * @returns the number of bytes written, which may be fewer; `undefined` if a non-blocking
   * descriptor takes none now (`EAGAIN`)
   * @see write(2)
   */
  export function write(fd: number, bytes: Uint8Array | string): number | undefined;
  /** Continues reading at `offset`, in bytes from the start of the file. @see lseek(2) SEEK_SET */
  export function seek(fd: number, offset: number): void;
  /** @see fsync(2) */
  export function fsync(fd: number): void;
  /** `length` in bytes. @see ftruncate(2) */
  export function ftruncate(fd: number, length: number): void;
  /**
   * @param flags {@link AT_SYMLINK_NOFOLLOW}, or 0 to follow symbolic links
   * @returns `undefined` if there is nothing, or a link that leads nowhere (`ENOENT`)
   * @see fstatat(2)
   */
  export function stat(dir: number, path: string, flags: number): Stat | undefined;
  /**
   * {@link Stat.mode} alone: the engine takes five times as long to make an object.
   *
   * @returns `undefined` as for {@link stat}
   * @see fstatat(2)
   */
  export function mode(dir: number, path: string, flags: number): number | undefined;
  /** @see fstat(2) */
  export function fstat(fd: number): Stat;
  /** Follows links. @see fchmodat(2) */
  export function chmod(dir: number, path: string, mode: number): void;
  /** @see fchmod(2) */
  export function fchmod(fd: number, mode: number): void;
  /** -1 leaves the owner or the group as it is. @see fchown(2) */
  export function fchown(fd: number, uid: number, gid: number): void;
  /** @see mkdirat(2) */
  export function mkdir(dir: number, path: string, mode: number): void;
  /** @see mkfifoat(3), mknodat(2) */
  export function mkfifo(dir: number, path: string, mode: number): void;
  /** Replaces an existing `to` atomically. @see renameat(2) */
  export function rename(fromDir: number, from: string, toDir: number, to: string): void;
  /**
   * Exchanges two existing names in one step.
   *
   * @throws {PosixError} `EINVAL`: the file system cannot do it; `ENOSYS` before Linux 3.15, and on
   * systems other than Linux
   * @see renameat2(2) RENAME_EXCHANGE
   */
  export function exchange(oneDir: number, one: string, otherDir: number, other: string): void;
  /** `flags` is 0 or {@link AT_REMOVEDIR}. @see unlinkat(2) */
  export function unlink(dir: number, path: string, flags: number): void;
  /** @see symlinkat(2) */
  export function symlink(target: string, dir: number, path: string): void;
  /** The link's text, of any length. @see readlinkat(2) */
  export function readlink(dir: number, path: string): string;
  /**
   * The names in an open directory without `.` and `..`, in the order of the system.
   * Reads from the start each time, and leaves `fd` open. Never returns a partial list.
   *
   * @throws {PosixError} call `"readdir"`: an entry could not be read
   * @see fdopendir(3), readdir(3)
   */
  export function readdir(fd: number): string[];
  /** @see chdir(2) */
  export function chdir(path: string): void;
  /** @see fchdir(2) */
  export function fchdir(fd: number): void;
  /** @see chroot(2) */
  export function chroot(path: string): void;
  /** @returns the previous mask. @see umask(2) */
  export function umask(mask: number): number;

  // ----------------------------------------------------------------------------------- descriptors

  /** `[read end, write end]`. @see pipe2(2) */
  export function pipe(): [number, number];
  /**
   * Copies at most `max` bytes from one pipe to another, and leaves them in the first.
   *
   * @returns how many, 0 at the end of the first; `undefined` if that is empty, or the second full
   * (`EAGAIN`)
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see tee(2)
   */
  export function tee(from: number, to: number, max: number): number | undefined;
  /**
   * Makes `to` another name of `from`, open across exec; `from === to` only clears close-on-exec.
   * @see dup2(2)
   */
  export function dup2(from: number, to: number): void;
  /**
   * Duplicates `fd` to the lowest free number from `least` on, close-on-exec. @see fcntl(2)
   * F_DUPFD_CLOEXEC
   */
  export function dupFrom(fd: number, least: number): number;
  /** @returns `false` if `fd` is not open (`EBADF`). @see fcntl(2) F_GETFD */
  export function isOpen(fd: number): boolean;
  /** @see fcntl(2) FD_CLOEXEC */
  export function setCloseOnExec(fd: number, on: boolean): void;
  /**
   * Changes the open file description, and so all descriptors that share it. @see fcntl(2)
   * O_NONBLOCK
   */
  export function setNonBlocking(fd: number, on: boolean): void;
  /** @see isatty(3) */
  export function isTerminal(fd: number): boolean;
  /**
   * The width of a terminal in columns; `undefined` if `fd` is not a terminal, or its width is not
   * known. @see ioctl_tty(2) TIOCGWINSZ
   */
  export function terminalColumns(fd: number): number | undefined;

  export const LOCK_SH: number;
  export const LOCK_EX: number;
  export const LOCK_NB: number;
  export const LOCK_UN: number;
  /**
   * @returns `false` if somebody else has the lock, with `LOCK_NB` (`EWOULDBLOCK`). @see flock(2)
   */
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
   * @param count the number of entries to use
   * @param timeoutMs milliseconds, rounded up by the kernel's clock; -1 waits for ever
   * @returns the number of entries with `revents`; 0 after the time
   * @throws {PosixError} `EINTR`: a signal or a stop interrupted it; no event is lost
   * @see poll(2)
   */
  export function poll(set: ArrayBuffer, count: number, timeoutMs: number): number;

  // ------------------------------------------------------------------------------------- datagrams

  /** A socket for UDP over IPv4, non-blocking. @see socket(2) */
  export function udpSocket(): number;
  /**
   * Sends one datagram.
   *
   * @param address IPv4, as one number of 32 bits: `a.b.c.d` is `a * 2^24 + b * 2^16 + c * 2^8 + d`
   * @throws {PosixError} also `EAGAIN`, if it would have to wait
   * @see sendto(2)
   */
  export function udpSend(
    socket: number,
    address: number,
    port: number,
    bytes: Uint8Array | string,
  ): void;

  /** A datagram socket of this machine, close-on-exec and non-blocking. @see unix(7) */
  export function localSocket(): number;
  /**
   * Gives the socket an abstract name: it is in no file system, and free again when the socket has
   * been closed.
   *
   * @throws {PosixError} `EADDRINUSE`; `ENOSYS` on systems other than Linux
   * @see bind(2); unix(7), abstract
   */
  export function bindAbstract(socket: number, name: string): void;
  /**
   * From now on the kernel adds to each message who has sent it.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see unix(7) SO_PASSCRED
   */
  export function passCredentials(socket: number): void;
  export interface Datagram {
    /** A byte string. */
    readonly bytes: string;
    /** The sender, as the kernel has checked it; 0 if it is in another pid namespace. */
    readonly pid: number;
    readonly uid: number;
    /** The message was longer than `max`, and the rest is lost. */
    readonly isCut: boolean;
  }
  /**
   * Receives one datagram of at most `max` bytes, up to 8,192, with the credentials of
   * {@link passCredentials}. Descriptors that come with it are closed.
   *
   * @returns `undefined` if none is there (`EAGAIN`), and for one without credentials
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see recvmsg(2); unix(7) SCM_CREDENTIALS
   */
  export function receive(socket: number, max: number): Datagram | undefined;

  // ----------------------------------------------------------------------------------- directories

  /**
   * Opens a watch: a non-blocking descriptor that becomes readable when a path that was added to it
   * changes.
   *
   * @throws {PosixError} `EMFILE`: the user's limit of inotify instances is reached; `ENOSYS` on
   * other systems
   * @see inotify(7); kqueue(2) EVFILT_VNODE
   */
  export function watchOpen(): number;
  /**
   * The changes of a path that a watch reports:
   *
   * - `"entries"`: an entry of the directory was created, removed, renamed or replaced, or the
   *   directory itself was. Follows links;
   * - `"content"`: as `"entries"`, and a file in the directory was written to. Follows links;
   * - `"directory"`: the directory was renamed, or was removed and nobody has it open any more; not
   *   changes of its entries. Does not follow a link at the end of the path;
   * - `"link"`: the symbolic link itself was renamed, replaced or removed.
   */
  export type Watched = "entries" | "content" | "directory" | "link";
  /**
   * Adds `path` to a watch. Several calls for one directory add up.
   *
   * @returns its number in {@link WatchEvent}, the same for the same file. Outside Linux each
   * directory takes a descriptor, which is closed with the watch
   * @throws {PosixError} `ENOSPC`: the user's limit of inotify watches is reached; `ENOENT`,
   * `ENOTDIR`; `EACCES`: no right to read it; `ENOSYS`: anything but `"entries"`, on systems other
   * than Linux
   */
  export function watchAdd(watch: number, path: string, what: Watched): number;
  /** Ends what {@link watchAdd} began. */
  export function watchRemove(watch: number, id: number): void;
  export interface WatchEvent {
    readonly id: number;
    /** The entry, if the system reports it; `undefined` for the path that was added. */
    readonly name: string | undefined;
    /** The system has stopped watching it: it was removed or unmounted. */
    readonly ended: boolean;
    /** Events were lost: look at everything again. */
    readonly overflow: boolean;
  }
  /**
   * Reads the events of one read(2); an empty list if there are none. The descriptor stays readable
   * while there are more.
   */
  export function watchRead(watch: number): WatchEvent[];

  // ------------------------------------------------------------------------------------- processes

  /**
   * Freezes all objects that exist now, before the first of many forks: they stay in memory, and
   * the engine no longer writes to one only because the program refers to it. So forked children
   * share the memory of all objects that neither they nor this process change: docs/engine.md. Call
   * it once. Does nothing on systems other than Linux with glibc, and with a limit on data or on
   * address space.
   */
  export function freeze(): void;
  /**
   * Forks `count` children one after the other, with no JavaScript in between. After
   * {@link freeze}, all objects that a child inherits are frozen too. Safe at any time: the process
   * has one thread.
   *
   * @returns in a child its index, from 0 on; in this process the pids of the children, fewer than
   * `count` if the system has no room for more
   * @throws {PosixError} there is no child: `EAGAIN`: a limit on processes; `ENOMEM`
   * @see fork(2)
   */
  export function fork(count: number): number | readonly number[];
  /** The arguments of {@link execve}. */
  export interface Program {
    readonly path: string;
    readonly argv: readonly string[];
    readonly env?: readonly string[] | undefined;
  }
  /** The descriptors that a child gets, beside those that stay open across exec. */
  export interface ChildFds {
    /** Become standard input and output, after `prepare`. */
    readonly stdin?: number | undefined;
    readonly stdout?: number | undefined;
    /**
     * All descriptors from here on are close-on-exec. If the system can, the child then shares this
     * process's descriptors, of which there may be thousands, instead of copying them and closing
     * the copies at the exec. So `prepare` must close each descriptor that it opens, and no other.
     */
    readonly closeFrom?: number | undefined;
  }
  /**
   * Starts a child that becomes another program, in a part of the time of a fork and an exec. If
   * the system can, the child runs in this process's memory until its exec, and this process waits:
   * without limit for `prepare`, and 50 ms for the exec itself, or 1 ms while another exec is
   * pending; see {@link isExecPending}.
   *
   * The two functions share this process's heap, so they must not modify objects, and must return:
   * nothing that they call may end the process. Directory, signals, limits and, without
   * `closeFrom`, descriptors are the child's own. Signals are blocked in them; SIGPIPE and SIGXFSZ
   * of their own failed writes are discarded.
   *
   * If the child is killed in one of them, the memory cannot be trusted, and this process exits
   * 111.
   *
   * @param blocked the signals that are blocked when the program starts
   * @param prepare called in the child; returns the program to execute, or an exit code
   * @param failed called in the child after a failed dup2 or exec; returns the exit code. An
   * exception in either function counts as 111. Not called if {@link execError} has the reason
   * @returns the child's pid
   * @throws {PosixError} of call `fork`: `EAGAIN`: a limit on processes; `ENOMEM`
   * @see clone(2), `CLONE_VM`, `CLONE_VFORK`, `CLONE_FILES`; close_range(2)
   */
  export function spawn(
    blocked: readonly number[],
    fds: ChildFds,
    prepare: () => Program | number,
    failed: (error: PosixError) => number,
  ): number;
  /**
   * Whether {@link spawn} returned before this child's exec was done. Call it directly after
   * {@link spawn}.
   */
  export function isExecPending(pid: number): boolean;
  /**
   * The error of a pending exec that failed; the child has then exited 111. Call it once, when the
   * child has been reaped.
   *
   * @returns `undefined` if the exec succeeded, or if {@link spawn} called `failed`
   */
  export function execError(pid: number): PosixError | undefined;
  /**
   * Becomes another program; returns only by throwing.
   *
   * @param path relative to the current directory; no PATH search
   * @param env `NAME=value` entries; by default those that this process inherited
   * @see execve(2)
   */
  export function execve(path: string, argv: readonly string[], env?: readonly string[]): never;
  /** How a process ended: either `code` or `signal` is defined. */
  export interface ProcessExit {
    /** 0 to 255, after an exit. */
    readonly code: number | undefined;
    /** The signal's number, after a kill. */
    readonly signal: number | undefined;
    /** A core file was written. */
    readonly core: boolean;
  }
  export interface ChildExit extends ProcessExit {
    readonly pid: number;
  }
  /**
   * Reaps one child, without waiting (`WNOHANG`).
   *
   * @param pid a process id, or -1 for any child
   * @returns `undefined` if no such child has ended, or there is none (`ECHILD`)
   * @see waitpid(2)
   */
  export function waitpid(pid: number): ChildExit | undefined;
  /** Signal 0 only checks. @throws {PosixError} `ESRCH`, `EPERM`. @see kill(2) */
  export function kill(pid: number, signal: number): void;
  /** Ends the process at once: no handlers, no flushing. @see _exit(2) */
  export function exit(code: number): never;
  export function getpid(): number;
  export function getppid(): number;
  /** @see setsid(2) */
  export function setsid(): number;
  /** @see setpgid(2) */
  export function setpgid(pid: number, group: number): void;
  /**
   * Makes `group` the foreground process group of this process's controlling terminal. A process in
   * the background gets SIGTTOU, unless it blocks or ignores that.
   *
   * @param terminal a descriptor of the terminal
   * @throws {PosixError} `ENOTTY`: not the controlling terminal
   * @see tcsetpgrp(3)
   */
  export function tcsetpgrp(terminal: number, group: number): void;
  /**
   * A descriptor for the process that stays valid when its pid is reused.
   *
   * @throws {PosixError} `ENOSYS` if the system has none
   * @see pidfd_open(2)
   */
  export function pidfdOpen(pid: number): number;
  /** @see pidfd_send_signal(2) */
  export function pidfdSendSignal(pidfd: number, signal: number): void;
  /**
   * How the process ended, child or not. A pidfd is readable (`POLLIN`) when its process has ended,
   * and hung up (`POLLHUP`) when its parent has reaped it; from then on the kernel reports the
   * exit.
   *
   * @returns `undefined` before that
   * @throws {PosixError} `ESRCH`, `ENOTTY` on kernels before Linux 6.15; `ENOSYS` on systems other
   * than Linux
   * @see pidfd_open(2); Linux include/uapi/linux/pidfd.h, PIDFD_GET_INFO with PIDFD_INFO_EXIT
   */
  export function pidfdExit(pidfd: number): ProcessExit | undefined;
  /**
   * The signal that this process gets when its parent dies; 0 for none. Not inherited by children.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see prctl(2) PR_SET_PDEATHSIG
   */
  export function setParentDeathSignal(signal: number): void;
  /**
   * Makes this process the parent of orphans among its descendants. Not inherited by children.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see prctl(2) PR_SET_CHILD_SUBREAPER
   */
  export function becomeSubreaper(): void;

  /**
   * Unmaps the executable's pages from this process; each is mapped again when it is used. After
   * the start of a program that then only waits, most are not.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see madvise(2) MADV_DONTNEED
   */
  export function releaseExecutable(): void;
  /** Writes everything that is not yet on the disks, and waits for that. @see sync(2) */
  export function sync(): void;
  /**
   * Ends the system; in a pid namespace, ends that. Syncs nothing. `"ctrl-alt-del"` only makes the
   * kernel send process 1 SIGINT for these keys, instead of rebooting by itself.
   *
   * @throws {PosixError} `EPERM`; `ENOSYS` on systems other than Linux
   * @see reboot(2), RB_AUTOBOOT, RB_POWER_OFF, RB_HALT_SYSTEM, RB_DISABLE_CAD
   */
  export function reboot(how: "reboot" | "power-off" | "halt" | "ctrl-alt-del"): void;

  /**
   * Sets the command line that `ps` shows for this process. Writes the words over the memory of the
   * command line and, if that is too short, of the environment, which the host copies first;
   * {@link environ} and {@link argv} do not change. Cuts off words that do not fit.
   *
   * @see proc(5) /proc/PID/cmdline; setproctitle(3) on the BSDs
   */
  export function setTitle(words: readonly string[]): void;
  /** The process's short name, cut to 15 bytes on Linux. @see prctl(2) PR_SET_NAME */
  export function setName(name: string): void;
  /**
   * Writes over the memory of word `index` of the command line, at most its length, so that `ps`
   * shows runsvdir's log.
   */
  export function writeArgument(index: number, bytes: Uint8Array): void;

  // --------------------------------------------------------------------------------------- signals

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
  export const SIGURG: number;

  /**
   * The number of a signal on this system; `undefined` if it has no signal `name`, such as
   * `"WINCH"`. @see signal(7)
   */
  export function signalNumber(name: string): number | undefined;
  /** The signals blocked now, ascending. @see sigprocmask(2) */
  export function signalMask(): number[];
  /**
   * The signals that were blocked when the process was executed. In process 1 the host blocks some
   * at once, until the program takes them, because the kernel would discard them.
   *
   * @see host/src/early_signals.rs
   */
  export function signalMaskAtStart(): number[];
  /** Blocks exactly these. @see sigprocmask(2) SIG_SETMASK */
  export function setSignalMask(signals: readonly number[]): void;
  /** `"caught"`: by a handler of the host. @see sigaction(2) */
  export function disposition(signal: number): "default" | "ignore" | "caught";
  /** @see sigaction(2) SIG_DFL, SIG_IGN */
  export function setDisposition(signal: number, to: "default" | "ignore"): void;
  /**
   * Diverts these signals to the non-blocking descriptor that it returns. On Linux they are
   * blocked, and their dispositions stay. Elsewhere, and in a sandbox that refuses signalfd, they
   * are unblocked, and a handler writes to a pipe, which the host keeps until {@link signalClose};
   * ignored signals stay ignored.
   *
   * @throws {PosixError} `EBUSY`: there is such a descriptor already
   * @see signalfd(2)
   */
  export function signalOpen(signals: readonly number[]): number;
  /** The signals that have arrived, in the system's order; an empty list if there are none. */
  export function signalRead(fd: number): number[];
  /**
   * Undoes {@link signalOpen} in this process only: on Linux closes the descriptor and leaves the
   * mask to {@link setSignalMask}; with the pipe also restores the default dispositions.
   */
  export function signalClose(fd: number): void;

  // ---------------------------------------------------------------------------------------- clocks

  export interface Time {
    /** Whole seconds. */
    readonly seconds: number;
    /** 0 to 999 999 999. */
    readonly nanoseconds: number;
  }
  /** Unix time. @see clock_gettime(2) CLOCK_REALTIME */
  export function clockReal(): Time;
  /**
   * Time since an unspecified start, never set back; stops in suspend on Linux. @see
   * CLOCK_MONOTONIC
   */
  export function clockMonotonic(): Time;

  // ------------------------------------------------------------------------------ users and limits

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
   * @param priority the class (0 none, 1 real time, 2 best effort, 3 idle) times 2^13, and the
   * level, 0 to 7
   * @throws {PosixError} `ENOSYS` on systems other than Linux; `EPERM`
   * @see ioprio_set(2) IOPRIO_WHO_PROCESS
   */
  export function ioprioSet(priority: number): void;

  // ------------------------------------------------------------------------------------ privileges

  /**
   * Makes every later exec ignore set-user-ID bits and file capabilities.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux; `EINVAL`: a kernel before 3.5
   * @see prctl(2) PR_SET_NO_NEW_PRIVS
   */
  export function setNoNewPrivileges(): void;
  /**
   * Removes a capability, by its number, from the bounding set: no later exec grants it.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux; `EINVAL`: no such capability;
   * `EPERM`
   * @see prctl(2) PR_CAPBSET_DROP
   */
  export function dropBoundingCapability(capability: number): void;
  /**
   * This process's capabilities: six words of 32 bits, a bit to each capability. The first three
   * are its effective, its permitted and its inheritable set, for capabilities 0 to 31; the others
   * are the same for 32 to 63.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux
   * @see capget(2)
   */
  export function capget(): number[];
  /**
   * Sets the words of {@link capget}. A capability that leaves the permitted or the inheritable set
   * leaves the ambient set as well.
   *
   * @throws {PosixError} `ENOSYS` on systems other than Linux; `EPERM`
   * @throws {RangeError} not six words
   * @see capset(2)
   */
  export function capset(words: readonly number[]): void;

  // ----------------------------------------------------------------------------------------- bytes
  // Not system calls: loops over every byte of a buffer, for which the engine is too slow.

  /**
   * The whole decimal numbers from `text[start]` on, at most `count`, each followed by a blank, a
   * newline or the end. Stops at anything else. `text` is a byte string.
   */
  export function numbers(text: string, start: number, count: number): number[];
  /**
   * Replaces every byte from `bytes[start]` to `bytes[end - 1]` by its entry in `table`.
   *
   * @param table 256 bytes
   */
  export function translate(bytes: Uint8Array, start: number, end: number, table: Uint8Array): void;
  /**
   * Copies those lines of `from` to `to` that `rules` select, each with `linePrefix` before it.
   *
   * @param cursor six words of 32 bits in the byte order of the machine, read and written;
   * base/copy-lines.ts describes them, and numbers the modes and the results
   * @param from must not share memory with `to`
   * @param rules see {@link selectsLine}
   * @returns why it stopped: no line is left, the next one does not fit into `to`, or the line at
   * `at` is selected
   * @throws {RangeError} the cursor leads out of the arrays, or `rules` are not rules
   */
  export function copyLines(
    cursor: ArrayBuffer,
    from: Uint8Array,
    to: Uint8Array,
    linePrefix: Uint8Array,
    rules: Uint8Array,
  ): number;
  /**
   * Whether `rules` select the line from `bytes[start]` to `bytes[end - 1]`. The first rule that
   * matches decides.
   *
   * @param rules the outcome if no rule matches, 0 or 1 in a byte; then, for each rule, its
   * outcome, the length of its pattern (four bytes, the least significant first) and the pattern,
   * in the language of svlogd(8). An empty array selects every line.
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
