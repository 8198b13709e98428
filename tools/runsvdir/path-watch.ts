/**
 * Resolves the path of a directory, lookup by lookup: the directories and links that the path leads
 * through, and whether it can come to lead to another directory without a notification.
 *
 * A directory leaves its place only if it is renamed, which its own watch reports; if it is
 * removed, for which it must be empty; or if something is mounted over it, which the mount table
 * shows. So runsvdir watches each directory on the path for changes to itself, and not for changes
 * in it: /tmp and / may be as busy as they like and wake nobody. A watch on a link reports
 * everything that can happen to it. {@link ResolvedPath.mayChangeUnnoticed} covers the remaining
 * cases.
 *
 * Pure: a function that is handed in looks up paths, and the tables of /proc come as text.
 * Source: path_resolution(7), inotify(7), proc(5).
 */

/** The file at a path, without following a link at its end. */
export type FileAtPath =
  | { readonly kind: "directory"; readonly id: string }
  | { readonly kind: "link"; readonly id: string; readonly text: string }
  /** Nothing, or neither a directory nor a link. */
  | { readonly kind: "none" };

/** A directory or a link that a path leads to or through. */
export interface PathComponent {
  /** Contains no link, except as the last name. */
  readonly path: string;
  readonly kind: "directory" | "link";
  readonly id: string;
}

/** A name in a directory. */
interface DirectoryEntry {
  readonly directory: string;
  readonly name: string;
}

export interface ResolvedPath {
  /** From `/` or the current directory on. */
  readonly components: readonly PathComponent[];
  /**
   * The {@link PathComponent.id} of the final directory; `undefined` if the path does not lead to
   * one.
   */
  readonly end: string | undefined;
  /** The name at which the path breaks off, because there is no such directory. */
  readonly missing: DirectoryEntry | undefined;
  /**
   * The path may change without a notification even if all components are watched: it breaks off,
   * or it enters a directory and leaves it again by `..`. A directory on the path that may be empty
   * can be removed, and while it is open elsewhere its watch does not report that.
   */
  readonly mayChangeUnnoticed: boolean;
  /** Equal for two paths through the same directories and links. */
  readonly fingerprint: string;
}

/** Linux follows at most this many links. */
const LINKS_MAX = 40;

/** @param find looks up a path; its exceptions are passed on */
export function resolvePath(path: string, find: (path: string) => FileAtPath): ResolvedPath {
  const components: PathComponent[] = [];
  const left = namesIn(path);
  let fingerprint = "";
  let mayChangeUnnoticed = false;
  let links = 0;
  let at = "";
  let end: string | undefined;
  let next = path.startsWith("/") ? "/" : ".";
  for (;;) {
    const found = find(next);
    fingerprint += `${next}\0${"id" in found ? found.id : ""}\0`;
    if (found.kind === "none" || links > LINKS_MAX) {
      const missing = { directory: at, name: next.slice(next.lastIndexOf("/") + 1) };
      return { components, end: undefined, missing, mayChangeUnnoticed: true, fingerprint };
    }
    components.push({ path: next, kind: found.kind, id: found.id });
    if (found.kind === "directory") {
      mayChangeUnnoticed ||= isName(next) && left.at(-1) === "..";
      at = next;
      end = found.id;
    } else {
      links += 1;
      fingerprint += `${found.text}\0`;
      left.push(...namesIn(found.text));
      if (found.text.startsWith("/")) {
        next = "/";
        continue;
      }
    }
    const name = left.pop();
    if (name === undefined) {
      return { components, end, missing: undefined, mayChangeUnnoticed, fingerprint };
    }
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
export interface WatchIds {
  /** The final directory, whose entries are watched. */
  readonly entries: number | undefined;
  /** The directory in which a name is missing, if that is watched. */
  readonly missing: { readonly id: number; readonly name: string } | undefined;
  /** The components are watched too, on a system whose events name entries. */
  readonly hasComponents: boolean;
}

export interface PathEvent {
  readonly id: number;
  readonly name: string | undefined;
  readonly ended: boolean;
  readonly overflow: boolean;
}

/**
 * Classifies an event: an entry of the directory has changed, or the path may lead to another
 * directory, or neither.
 */
export function classifyEvent(event: PathEvent, ids: WatchIds): "entries" | "path" | "nothing" {
  const { id, name, ended, overflow } = event;
  if (name === undefined || ended || overflow) return ids.hasComponents ? "path" : "entries";
  if (id === ids.missing?.id) return name === ids.missing.name ? "path" : "nothing";
  // Names that begin with a dot are not services; runsvdir itself creates one.
  return id === ids.entries && !name.startsWith(".") ? "entries" : "nothing";
}

/**
 * File systems that only this kernel changes, and only by calls that notify watchers. The list
 * omits network file systems, those of programs (fuse) and those of the kernel (proc, sysfs,
 * cgroup); overlay, whose lower layers may change; and zfs, which can be rolled back while it is
 * mounted. The cost of a missing one is a look now and then.
 *
 * One string, because each forked supervisor would have an array of them on its heap.
 */
const NOTIFYING_FILE_SYSTEMS =
  "bcachefs btrfs devtmpfs erofs exfat ext2 ext3 ext4 f2fs iso9660 jffs2 jfs nilfs2 ntfs3 ramfs " +
  "reiserfs rootfs squashfs tmpfs ubifs vfat xfs";

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
export function notifyingMount(line: string): string | undefined {
  const [mount = "", fileSystem = ""] = line.split(" - ");
  const [type = ""] = fileSystem.split(" ", 1);
  if (!NOTIFYING_FILE_SYSTEMS.split(" ").includes(type)) return undefined;
  return mount.split(" ", 1)[0];
}
