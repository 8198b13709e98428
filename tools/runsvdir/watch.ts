/**
 * Reports changes in a directory, and when the path to it may lead to another one; and whether
 * these reports are reliable. They are not if a watch is not available (the user has too many, the
 * system has none) or does not report every change: then the scanner must also look at the
 * directory every few seconds.
 */
import * as posix from "posix";
import { Directory } from "../../base/directory.ts";
import { ignoring, ignoringErrors, isPosixError } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { type Report, STDERR } from "../../base/report.ts";
import {
  classifyEvent,
  type FileAtPath,
  mountOf,
  notifyingMount,
  type PathComponent,
  type ResolvedPath,
  resolvePath,
  type WatchIds,
} from "./path-watch.ts";

const MOUNTS = "/proc/self/mountinfo";
const READ_BYTES = 4_096;
/** Errors of the directory itself, which the next look reports. */
const UNREADABLE = ["ENOENT", "ENOTDIR", "EACCES"];
const NO_WATCHES: WatchIds = { entries: undefined, missing: undefined, hasComponents: false };

export interface WatchOptions {
  readonly path: string;
  readonly reactor: Reactor;
  readonly report: Report;
  /** Called when it is time to look at the directory. */
  readonly onChange: () => void;
}

export class Watch {
  readonly #path: string;
  readonly #reactor: Reactor;
  readonly #report: Report;
  readonly #onChange: () => void;
  #fd: number | undefined;
  #mounts: number | undefined;
  #ids = NO_WATCHES;
  /**
   * {@link ResolvedPath.fingerprint} of the watched path; `undefined` if only the directory itself
   * is watched.
   */
  #fingerprint: string | undefined;
  #id: string | undefined;
  #isReliable = false;
  #isStale = true;
  #reportedLimit: string | undefined;

  constructor({ path, reactor, report, onChange }: WatchOptions) {
    this.#path = path;
    this.#reactor = reactor;
    this.#report = report;
    this.#onChange = onChange;
  }

  /**
   * The {@link posix.Stat.id} of the directory that the path led to at the last `rewatch`;
   * `undefined` if to none.
   */
  get id(): string | undefined {
    return this.#id;
  }

  /** The watch reports every change of the directory and of the path to it. */
  get isReliable(): boolean {
    return this.#isReliable;
  }

  /** The path may lead elsewhere by now: call `rewatch`. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /**
   * Watches the directory that the path leads to now, and the path itself; ends all earlier
   * watches.
   */
  rewatch(): void {
    this.#close();
    this.#isStale = false;
    this.#id = ignoringErrors(() => posix.stat(posix.AT_FDCWD, this.#path, 0))?.id;
    try {
      const fd = posix.watchOpen();
      this.#fd = fd;
      this.#reactor.onReadable(fd, () => this.#takeEvents(fd));
      if (this.#id !== undefined) this.#watchEntries(fd);
      this.#isReliable = this.#watchPath(fd);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#close();
      const limit = limitOf(error);
      if (limit === undefined) this.#report.warn(`unable to watch directory ${this.#path}`, error);
      else this.#reportLimit(limit);
    }
  }

  /** Warns once: the limit is met again whenever the path leads elsewhere. */
  #reportLimit(limit: string): void {
    if (limit === this.#reportedLimit) return;
    this.#reportedLimit = limit;
    const text = `unable to watch directory ${this.#path}: the user's limit ${limit} is reached`;
    this.#report.warn(`${text}, so it is looked at every 5 seconds`);
  }

  closeInChild(): void {
    for (const fd of this.#open) posix.close(fd);
  }

  get #open(): readonly number[] {
    return [this.#fd, this.#mounts].filter((fd) => fd !== undefined);
  }

  #close(): void {
    for (const fd of this.#open) this.#reactor.forget(fd);
    this.closeInChild();
    this.#fd = undefined;
    this.#mounts = undefined;
    this.#ids = NO_WATCHES;
    this.#fingerprint = undefined;
    this.#isReliable = false;
  }

  #watchEntries(fd: number): void {
    const entries = ignoring(UNREADABLE, () => posix.watchAdd(fd, this.#path, "entries"));
    if (entries === undefined) this.#id = undefined;
    this.#ids = { ...NO_WATCHES, entries };
  }

  /** @returns whether every change of the path and in the directory is watched */
  #watchPath(fd: number): boolean {
    const mounts = ignoringErrors(() => posix.open(posix.AT_FDCWD, MOUNTS, posix.O_RDONLY, 0));
    if (mounts === undefined) return false;
    this.#mounts = mounts;
    // poll(2) reports a change of the mount table once, by POLLERR; no read is needed to clear it.
    this.#reactor.onHangUp(mounts, () => this.#checkPath());
    const resolved = resolveNow(this.#path);
    if (resolved === undefined) return false;
    this.#fingerprint = resolved.fingerprint;
    const { components, missing } = resolved;
    let limit: string | undefined;
    const add = (path: string, what: posix.Watched) => {
      try {
        return posix.watchAdd(fd, path, what);
      } catch (error) {
        if (!isPosixError(error)) throw error;
        limit ??= limitOf(error);
        return undefined;
      }
    };
    const isWatched = components
      .map(({ path, kind }) => add(path, kind))
      .every((id) => id !== undefined);
    const id = missing && add(missing.directory, "entries");
    if (limit !== undefined) this.#reportLimit(limit);
    this.#ids = {
      entries: this.#ids.entries,
      missing: missing && id !== undefined ? { id, name: missing.name } : undefined,
      hasComponents: true,
    };
    this.#checkPath(); // later changes are reported; there may have been one before
    const isReliable =
      isWatched && !resolved.mayChangeUnnoticed && resolved.end === this.#id && !this.#isStale;
    return isReliable && (ignoringErrors(() => doNotify(components)) ?? false);
  }

  #takeEvents(fd: number): void {
    const changes = posix.watchRead(fd).map((event) => classifyEvent(event, this.#ids));
    if (changes.includes("path")) this.#distrust();
    else if (changes.includes("entries")) this.#onChange();
  }

  /** Mounts change elsewhere too: most of these changes do not affect the path. */
  #checkPath(): void {
    if (resolveNow(this.#path)?.fingerprint !== this.#fingerprint) this.#distrust();
  }

  #distrust(): void {
    this.#isStale = true;
    this.#isReliable = false;
    this.#onChange();
  }
}

/** The limit of inotify(7) that a call has reached; `undefined` if it failed for another reason. */
function limitOf({ call, code }: posix.PosixError): string | undefined {
  if (call === "inotify_add_watch" && code === "ENOSPC") return "fs.inotify.max_user_watches";
  if (call !== "inotify_init1" || code !== "EMFILE") return undefined;
  // The call fails in the same way if this process has no descriptor left.
  const probe = ignoring(["EMFILE"], () => posix.dupFrom(STDERR, 0));
  if (probe === undefined) return undefined;
  posix.close(probe);
  return "fs.inotify.max_user_instances";
}

/** @returns `undefined` if the path may not be examined */
function resolveNow(path: string): ResolvedPath | undefined {
  return ignoringErrors(() => resolvePath(path, find));
}

function find(path: string): FileAtPath {
  const flags = posix.AT_SYMLINK_NOFOLLOW;
  const stat = ignoring(["ENOTDIR"], () => posix.stat(posix.AT_FDCWD, path, flags));
  if (stat === undefined) return { kind: "none" };
  const { id, mode } = stat;
  const type = mode & posix.S_IFMT;
  if (type === posix.S_IFDIR) return { kind: "directory", id };
  if (type !== posix.S_IFLNK) return { kind: "none" };
  // It may have been removed or replaced since the stat.
  const absent = ["ENOENT", "ENOTDIR", "EINVAL"];
  const text = ignoring(absent, () => posix.readlink(posix.AT_FDCWD, path));
  return text === undefined ? { kind: "none" } : { kind: "link", id, text };
}

/** Whether watches report every change in these directories, whoever makes it. */
function doNotify(components: readonly PathComponent[]): boolean {
  const byDevice = new Map<string, string>(); // each file system is looked up once, by any path
  for (const { path, kind, id } of components) {
    // A link is on the file system of the directory that contains it.
    if (kind === "directory") byDevice.set(id.slice(0, id.indexOf(":")), path);
  }
  const mounts = new Set<string>();
  for (const path of byDevice.values()) {
    const mount = mountAt(path);
    if (mount === undefined) return false;
    mounts.add(mount);
  }
  eachLine(MOUNTS, (line) => {
    const mount = notifyingMount(line);
    if (mount !== undefined) mounts.delete(mount);
  });
  return mounts.size === 0;
}

/** Returns the mount of a directory, by its descriptor, because mounts can be stacked. */
function mountAt(path: string): string | undefined {
  const directory = Directory.open(path);
  try {
    let mount: string | undefined;
    eachLine(`/proc/self/fdinfo/${directory.fd}`, (line) => {
      mount ??= mountOf(line);
    });
    return mount;
  } finally {
    directory.close();
  }
}

/**
 * Reads piece by piece: the mount table of a machine with containers is large, and each runsv
 * forked later inherits this heap.
 */
function eachLine(path: string, run: (line: string) => void): void {
  const fd = posix.open(posix.AT_FDCWD, path, posix.O_RDONLY, 0);
  try {
    let rest = "";
    for (;;) {
      const bytes = posix.read(fd, READ_BYTES);
      if (bytes === undefined || bytes.length === 0) return;
      const lines = (rest + String.fromCharCode(...bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) run(line);
    }
  } finally {
    posix.close(fd);
  }
}
