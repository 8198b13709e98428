/**
 * What each call of module posix can fail with of the errors that a system is out of something: as
 * its manual page says or, if the page leaves it open, as Linux does.
 */
import type { Call } from "posix";

/** The number that Linux has for each. */
export const ERRNOS = {
  EAGAIN: 11,
  ENOMEM: 12,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  EROFS: 30,
} as const;
export type Errno = keyof typeof ERRNOS;

/** In place of an error: the process is killed once it has made the call. */
export const DEATH = "SIGKILL";
export type Strike = Errno | typeof DEATH;

export interface Failures {
  /** As a `PosixError` names it. */
  readonly call: Call;
  readonly errnos: readonly Errno[];
}

const MEMORY: readonly Errno[] = ["ENOMEM"];
const DESCRIPTOR: readonly Errno[] = ["EMFILE", "ENFILE", "ENOMEM"];
const ENTRY: readonly Errno[] = ["ENOSPC", "EROFS", "ENOMEM"];
const CONTENT: readonly Errno[] = ["ENOSPC", "EROFS"];

export const DUP2: Failures = { call: "dup2", errnos: ["EMFILE", "ENOMEM"] };
export const EXECVE: Failures = {
  call: "execve",
  errnos: ["EAGAIN", "EMFILE", "ENFILE", "ENOMEM"],
};

/** By the function's name. Other calls cannot fail in such a way. */
export const FAILURES: Readonly<Record<string, Failures>> = {
  open: { call: "open", errnos: ["EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EROFS"] },
  readText: { call: "open", errnos: DESCRIPTOR },
  close: { call: "close", errnos: ["ENOSPC"] },
  read: { call: "read", errnos: ["EAGAIN", "ENOMEM"] },
  readInto: { call: "read", errnos: ["EAGAIN", "ENOMEM"] },
  write: { call: "write", errnos: ["EAGAIN", "ENOSPC", "EROFS", "ENOMEM"] },
  fsync: { call: "fsync", errnos: CONTENT },
  ftruncate: { call: "ftruncate", errnos: ["EROFS"] },
  stat: { call: "stat", errnos: MEMORY },
  mode: { call: "stat", errnos: MEMORY },
  fstat: { call: "fstat", errnos: MEMORY },
  chmod: { call: "chmod", errnos: ["EROFS", "ENOSPC"] },
  fchmod: { call: "fchmod", errnos: ["EROFS", "ENOSPC"] },
  fchown: { call: "fchown", errnos: ["EROFS", "ENOSPC"] },
  mkdir: { call: "mkdir", errnos: ENTRY },
  mkfifo: { call: "mkfifo", errnos: ENTRY },
  rename: { call: "rename", errnos: ENTRY },
  exchange: { call: "renameat2", errnos: ENTRY },
  unlink: { call: "unlink", errnos: ["EROFS", "ENOMEM"] },
  symlink: { call: "symlink", errnos: ENTRY },
  readlink: { call: "readlink", errnos: MEMORY },
  readdir: { call: "readdir", errnos: DESCRIPTOR },
  chdir: { call: "chdir", errnos: MEMORY },
  chroot: { call: "chroot", errnos: MEMORY },
  pipe: { call: "pipe", errnos: DESCRIPTOR },
  tee: { call: "tee", errnos: MEMORY },
  dup2: DUP2,
  dupFrom: { call: "fcntl", errnos: ["EMFILE", "ENOMEM"] },
  flock: { call: "flock", errnos: MEMORY },
  poll: { call: "poll", errnos: ["EAGAIN", "ENOMEM"] },
  udpSocket: { call: "socket", errnos: DESCRIPTOR },
  udpSend: { call: "sendto", errnos: ["EAGAIN", "ENOMEM"] },
  localSocket: { call: "socket", errnos: DESCRIPTOR },
  bindAbstract: { call: "bind", errnos: MEMORY },
  passCredentials: { call: "setsockopt", errnos: MEMORY },
  receive: { call: "recvmsg", errnos: ["EAGAIN", "ENOMEM"] },
  watchOpen: { call: "inotify_init1", errnos: DESCRIPTOR },
  watchAdd: { call: "inotify_add_watch", errnos: ["ENOMEM", "ENOSPC"] },
  watchRead: { call: "read", errnos: ["EAGAIN"] },
  fork: { call: "fork", errnos: ["EAGAIN", "ENOMEM"] },
  spawn: { call: "fork", errnos: ["EAGAIN", "ENOMEM"] },
  execve: EXECVE,
  pidfdOpen: { call: "pidfd_open", errnos: DESCRIPTOR },
  signalOpen: { call: "signalfd", errnos: DESCRIPTOR },
  signalRead: { call: "read", errnos: ["EAGAIN"] },
  setgroups: { call: "setgroups", errnos: MEMORY },
  setgid: { call: "setgid", errnos: ["EAGAIN", "ENOMEM"] },
  setuid: { call: "setuid", errnos: ["EAGAIN", "ENOMEM"] },
};
