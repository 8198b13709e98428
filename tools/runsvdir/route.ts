/**
 * Resolves the path of a directory, lookup by lookup: the directories and links that the path leads
 * through, and whether it can come to lead to another directory without a notification.
 *
 * A directory leaves its place only if it is renamed, which its own watch reports; if it is
 * removed, for which it must be empty; or if something is mounted over it, which the mount table
 * shows. So runsvdir watches each directory on the path for changes to itself, and not for changes
 * in it: /tmp and / may be as busy as they like and wake nobody. A watch on a link reports
 * everything that can happen to it. {@link Route.isSilent} covers the remaining cases.
 *
 * Pure: a function that is handed in looks up paths, and the tables of /proc come as text.
 * Source: path_resolution(7), inotify(7), proc(5).
 */

/** The file at a path, without following a link at its end. */
export type Found =
  | { readonly kind: "directory"; readonly id: string }
  | { readonly kind: "link"; readonly id: string; readonly text: string }
  /** Nothing, or neither a directory nor a link. */
  | { readonly kind: "none" };

/** A directory or a link that a path leads to or through. */
export interface Stage {
  /** Contains no link, except as the last name. */
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
  /** The {@link Stage.id} of the final directory; `undefined` if the path does not lead to one. */
  readonly end: string | undefined;
  /** The name at which the path breaks off, because there is no such directory. */
  readonly missing: Place | undefined;
  /**
   * The path may change without a notification even if all stages are watched: it breaks off, or it
   * enters a directory and leaves it again by `..`. A directory on the path that may be empty can
   * be removed, and while it is open elsewhere its watch does not report that.
   */
  readonly isSilent: boolean;
  /** Equal for two routes through the same directories and links. */
  readonly sign: string;
}

/** Linux follows at most this many links. */
const LINKS_MAX = 40;

/** @param find looks up a path; its exceptions are passed on */
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

/** Returns the names in reverse order. */
function namesIn(path: string): string[] {
  return path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .reverse();
}

function within(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}

/** The path contains no links, so `..` just removes its last name. */
function parentOf(directory: string): string {
  if (!isName(directory)) return directory === "/" ? "/" : `${directory}/..`;
  return directory.slice(0, Math.max(1, directory.lastIndexOf("/")));
}

/**
 * Whether a path ends in a name that is looked up in a directory, and not in `..`, `.` or nothing.
 */
function isName(path: string): boolean {
  const last = path.slice(path.lastIndexOf("/") + 1);
  return last !== "" && last !== "." && last !== "..";
}

/** The watches, by the ids that events carry. */
export interface Marks {
  /** The final directory, whose entries are watched. */
  readonly entries: number | undefined;
  /** The directory in which a name is missing, if that is watched. */
  readonly missing: { readonly id: number; readonly name: string } | undefined;
  /** The stages are watched too, on a system whose events name entries. */
  readonly hasStages: boolean;
}

export interface Event {
  readonly id: number;
  readonly name: string | undefined;
  readonly ended: boolean;
  readonly overflow: boolean;
}

/**
 * Classifies an event: an entry of the directory has changed, or the path may lead to another
 * directory, or neither.
 */
export function meaningOf(event: Event, marks: Marks): "entries" | "route" | "nothing" {
  const { id, name, ended, overflow } = event;
  if (name === undefined || ended || overflow) return marks.hasStages ? "route" : "entries";
  if (id === marks.missing?.id) return name === marks.missing.name ? "route" : "nothing";
  // Names that begin with a dot are not services; runsvdir itself creates one.
  return id === marks.entries && !name.startsWith(".") ? "entries" : "nothing";
}

/**
 * File systems that only this kernel changes, and only by calls that notify watchers. The list
 * omits network file systems, those of programs (fuse) and those of the kernel (proc, sysfs,
 * cgroup); overlay, whose lower layers may change; and zfs, which can be rolled back while it is
 * mounted. The cost of a missing one is a look now and then.
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

/**
 * Returns the mount id in a line of /proc/PID/fdinfo/FD, if it is the line with that (since Linux
 * 3.15).
 */
export function mountOf(line: string): string | undefined {
  return line.startsWith("mnt_id:") ? line.slice("mnt_id:".length).trim() : undefined;
}

/**
 * Returns the mount id in a line of /proc/PID/mountinfo, if its file system notifies of all
 * changes.
 */
export function toldMount(line: string): string | undefined {
  const [mount = "", fileSystem = ""] = line.split(" - ");
  return TOLD.includes(fileSystem.split(" ", 1)[0] ?? "") ? mount.split(" ", 1)[0] : undefined;
}
