/**
 * The way to a directory, lookup by lookup: which directories and links a path leads through, and whether another
 * directory can come to be at its end without a word from the system.
 *
 * A directory can only leave its place by being renamed, which it tells; by being removed, for which it must be
 * empty; or by something being mounted over it, which the table of mounts tells. So each directory on the way is
 * watched for what becomes of itself, and none for what happens in it: /tmp and / may be as busy as they like, and
 * wake nobody. A link tells all that can happen to it. What is left is told in {@link Route.isSilent}.
 *
 * Pure: what is at a path comes from a function that is handed in, and the tables of /proc as text.
 * Source: path_resolution(7), inotify(7), proc(5).
 */

/** What is at a path when no link is followed at its end. */
export type Found =
  | { readonly kind: "directory"; readonly id: string }
  | { readonly kind: "link"; readonly id: string; readonly text: string }
  /** Nothing, or no directory. */
  | { readonly kind: "none" };

/** A directory or a link that a path leads to or through. */
export interface Stage {
  /** Free of links, but for what it names itself. */
  readonly path: string;
  readonly kind: "directory" | "link";
  readonly id: string;
}

/** A name in a directory. */
export interface Place {
  readonly directory: string;
  readonly name: string;
}

export interface Route {
  /** From `/` or the current directory on. */
  readonly stages: readonly Stage[];
  /** The {@link Stage.id} of the directory at its end; `undefined` where it does not get there. */
  readonly end: string | undefined;
  /** Where it breaks off, for there is no directory by this name. */
  readonly missing: Place | undefined;
  /**
   * It may change without a word even if all stages are watched: it breaks off, or it goes into a directory and out
   * again by `..`. A directory on the way that may be empty can be removed, and an open one does not tell that.
   */
  readonly isSilent: boolean;
  /** Equal for two routes that lead through the same directories and links. */
  readonly sign: string;
}

/** As many links as the system follows. */
const LINKS_MAX = 40;

/** @param find what is at a path; what it throws is passed on */
export function trace(path: string, find: (path: string) => Found): Route {
  const stages: Stage[] = [];
  const left = namesIn(path);
  let sign = "";
  let isSilent = false;
  let links = 0;
  let at = "";
  let end: string | undefined;
  let next = path.startsWith("/") ? "/" : ".";
  for (;;) {
    const found = find(next);
    sign += `${next}\0${"id" in found ? found.id : ""}\0`;
    if (found.kind === "none" || links > LINKS_MAX) {
      const missing = { directory: at, name: next.slice(next.lastIndexOf("/") + 1) };
      return { stages, end: undefined, missing, isSilent: true, sign };
    }
    stages.push({ path: next, kind: found.kind, id: found.id });
    if (found.kind === "directory") {
      isSilent ||= isName(next) && left.at(-1) === "..";
      at = next;
      end = found.id;
    } else {
      links += 1;
      sign += `${found.text}\0`;
      left.push(...namesIn(found.text));
      if (found.text.startsWith("/")) {
        next = "/";
        continue;
      }
    }
    const name = left.pop();
    if (name === undefined) return { stages, end, missing: undefined, isSilent, sign };
    next = name === ".." ? parentOf(at) : within(at, name);
  }
}

/** The last one first. */
function namesIn(path: string): string[] {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reverse();
}

function within(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** Of a path that is free of links, so that its last name can be taken away. */
function parentOf(directory: string): string {
  if (!isName(directory)) return directory === "/" ? "/" : `${directory}/..`;
  return directory.slice(0, Math.max(1, directory.lastIndexOf("/")));
}

/** Whether a path ends in a name, which is looked up in a directory, and not in `..`, `.` or nothing. */
function isName(path: string): boolean {
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last !== "" && last !== "." && last !== "..";
}

/** What is watched, by the numbers that events name it by. */
export interface Marks {
  /** The directory at the end, where its entries are watched. */
  readonly entries: number | undefined;
  /** The directory in which a name is missing, where that is watched. */
  readonly missing: { readonly id: number; readonly name: string } | undefined;
  /** The stages are watched too, by a system that names entries. */
  readonly hasStages: boolean;
}

export interface Event {
  readonly id: number;
  readonly name: string | undefined;
  readonly ended: boolean;
  readonly overflow: boolean;
}

/** What an event tells: an entry of the directory has changed, or another directory may be at the end, or nothing. */
export function meaningOf(event: Event, marks: Marks): "entries" | "route" | "nothing" {
  const { id, name, ended, overflow } = event;
  if (name === undefined || ended || overflow) return marks.hasStages ? "route" : "entries";
  if (id === marks.missing?.id) return name === marks.missing.name ? "route" : "nothing";
  // Names that begin with a dot are no services; runsvdir itself makes one.
  return id === marks.entries && !name.startsWith(".") ? "entries" : "nothing";
}

/**
 * File systems that only this kernel changes, and by calls that it tells watchers of. Not among them are those of
 * other machines, of programs (fuse) and of the kernel itself (proc, sysfs, cgroup); overlay, below which something
 * may change; and zfs, which can be rolled back while it is mounted. One that is missing here costs a look now and then.
 */
const TOLD = [
  "bcachefs",
  "btrfs",
  "devtmpfs",
  "erofs",
  "exfat",
  "ext2",
  "ext3",
  "ext4",
  "f2fs",
  "iso9660",
  "jffs2",
  "jfs",
  "nilfs2",
  "ntfs3",
  "ramfs",
  "reiserfs",
  "rootfs",
  "squashfs",
  "tmpfs",
  "ubifs",
  "vfat",
  "xfs",
];

/** The number of the mount that a file is on, if this line of /proc/PID/fdinfo/FD tells it (since Linux 3.15). */
export function mountOf(line: string): string | undefined {
  return line.startsWith("mnt_id:") ? line.slice("mnt_id:".length).trim() : undefined;
}

/** The number of the mount that a line of /proc/PID/mountinfo is about, if what changes there is told. */
export function toldMount(line: string): string | undefined {
  const [mount = "", fileSystem = ""] = line.split(" - ");
  return TOLD.includes(fileSystem.split(" ", 1)[0] ?? "") ? mount.split(" ", 1)[0] : undefined;
}
