import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import {
  classifyEvent,
  type FileAtPath,
  mountOf,
  notifyingMount,
  type PathEvent,
  type ResolvedPath,
  resolvePath,
  type WatchIds,
} from "./path-watch.ts";

/**
 * What is at these paths, links by their texts; each is its own id. Whatever else is asked for is a
 * fault.
 */
function at(links: Readonly<Record<string, string>>, missing: readonly string[] = []) {
  return (path: string): FileAtPath => {
    const text = links[path];
    if (missing.includes(path)) return { kind: "none" };
    return text === undefined ? { kind: "directory", id: path } : { kind: "link", id: path, text };
  };
}
const paths = ({ components }: ResolvedPath) => components.map(({ path }) => path);
const links = ({ components }: ResolvedPath) =>
  components.filter(({ kind }) => kind === "link").map(({ path }) => path);

test("leads from the root, or the current directory, through every directory of the path", () => {
  const absolute = resolvePath("/etc/service", at({}));
  assert.deepEqual(paths(absolute), ["/", "/etc", "/etc/service"]);
  assert.equal(absolute.end, "/etc/service");
  assert.equal(absolute.mayChangeUnnoticed, false);
  assert.deepEqual(paths(resolvePath("./a//b/", at({}))), [".", "./a", "./a/b"]);
  assert.deepEqual(paths(resolvePath(".", at({}))), ["."]);
});

test("leads through each link, and on from the directory that the link is in", () => {
  const resolved = resolvePath(
    "/service",
    at({
      "/service": "/run/current",
      "/run/current": "../etc/sets/./current",
      "/etc/sets/current": "night",
    }),
  );
  assert.deepEqual(links(resolved), ["/service", "/run/current", "/etc/sets/current"]);
  assert.equal(resolved.end, "/etc/sets/night");
  assert.equal(resolved.mayChangeUnnoticed, false);
  const dot = resolvePath("/a/b", at({ "/a/b": "." }));
  assert.deepEqual([paths(dot), dot.end], [["/", "/a", "/a/b"], "/a"]);
});

test("goes up from where it is", () => {
  assert.deepEqual(paths(resolvePath("../../a", at({}))), [".", "./..", "./../..", "./../../a"]);
  assert.deepEqual(paths(resolvePath("/../a", at({}))), ["/", "/", "/a"]);
  assert.equal(resolvePath("a/l", at({ "./a/l": "../b" })).end, "./b");
});

test("is silent where it passes a directory that may be empty", () => {
  assert.equal(resolvePath("/a/b/../c", at({})).mayChangeUnnoticed, true);
  assert.equal(resolvePath("/a/l/c", at({ "/a/l": "b/.." })).mayChangeUnnoticed, true);
  assert.equal(resolvePath("/a/l/c", at({ "/a/l": "../b" })).mayChangeUnnoticed, false);
});

test("tells the place where it breaks off, and is silent there", () => {
  const resolved = resolvePath("/a/l/c", at({ "/a/l": "../b" }, ["/b"]));
  assert.deepEqual(paths(resolved), ["/", "/a", "/a/l", "/"]);
  assert.deepEqual(resolved.missing, { directory: "/", name: "b" });
  assert.equal(resolved.end, undefined);
  assert.equal(resolved.mayChangeUnnoticed, true);
});

test("breaks off at a link that leads in a circle", () => {
  const resolved = resolvePath("/a/l", at({ "/a/l": "l" }));
  assert.deepEqual(resolved.missing, { directory: "/a", name: "l" });
  const absolute = resolvePath("/l", at({ "/l": "/l" }));
  assert.deepEqual(absolute.missing, { directory: "/", name: "" });
});

test("differs when a link has another text, and when a directory is another one", () => {
  const signs = [
    resolvePath("/a", at({})),
    resolvePath("/a", at({}, ["/a"])),
    resolvePath("/a", at({ "/a": "b" })),
    resolvePath("/a", at({ "/a": "c" })),
    resolvePath("/a", (path) => ({ kind: "directory", id: path === "/a" ? "other" : path })),
  ].map(({ fingerprint }) => fingerprint);
  assert.equal(new Set(signs).size, signs.length);
  assert.equal(resolvePath("/a", at({ "/a": "b" })).fingerprint, signs[2]);
});

test("takes an event for a change of an entry, of the path, or for neither", () => {
  const ids: WatchIds = { entries: 1, missing: undefined, hasComponents: true };
  const broken: WatchIds = {
    entries: undefined,
    missing: { id: 2, name: "b" },
    hasComponents: true,
  };
  const alone: WatchIds = { entries: 1, missing: undefined, hasComponents: false };
  const event: PathEvent = { id: 1, name: undefined, ended: false, overflow: false };
  assert.equal(classifyEvent({ ...event, name: "web" }, ids), "entries");
  assert.equal(classifyEvent({ ...event, name: ".forced-rescan" }, ids), "nothing");
  assert.equal(classifyEvent(event, ids), "path");
  assert.equal(classifyEvent({ ...event, id: 7 }, ids), "path");
  assert.equal(classifyEvent({ ...event, id: 7, ended: true }, ids), "path");
  assert.equal(classifyEvent({ ...event, id: -1, overflow: true }, ids), "path");
  assert.equal(classifyEvent({ ...event, id: 2, name: "a" }, broken), "nothing");
  assert.equal(classifyEvent({ ...event, id: 2, name: "b" }, broken), "path");
  // Where nothing but the directory is watched, a scan finds out what it was.
  assert.equal(classifyEvent(event, alone), "entries");
  assert.equal(classifyEvent({ ...event, id: -1, overflow: true }, alone), "entries");
});

test("knows the mount of a file, and the mounts whose changes are told", () => {
  const fdinfo = ["pos:\t0", "flags:\t02300000", "mnt_id:\t27", "ino:\t2"];
  assert.deepEqual(fdinfo.map(mountOf), [undefined, undefined, "27", undefined]);
  const of = (type: string) =>
    notifyingMount(
      `36 35 98:0 /a\\040-\\040b /mnt rw,noatime shared:1 master:2 - ${type} /dev/x rw`,
    );
  assert.deepEqual(["ext4", "xfs", "btrfs", "tmpfs"].map(of), ["36", "36", "36", "36"]);
  for (const type of ["nfs4", "cifs", "9p", "fuse.sshfs", "virtiofs", "overlay", "proc", "zfs"]) {
    assert.equal(of(type), undefined, type);
  }
  assert.equal(notifyingMount("1 0 0:1 / / rw - rootfs rootfs rw"), "1");
  assert.equal(notifyingMount(""), undefined);
});

/**
 * A file system on paper, which tells what Linux tells; a directory that is removed is taken for
 * one held open.
 */
type Node =
  | { kind: "directory"; id: string; parent: Node; entries: Map<string, Node> }
  | { kind: "link"; id: string; text: string }
  | { kind: "file"; id: string };
type Directory = Node & { kind: "directory" };

class Paper {
  readonly root: Directory;
  cwd: Directory;
  /** The files that have told something of themselves, and the places whose entry has changed. */
  readonly told = new Set<string>();
  /** The directories that were removed without a word. */
  readonly gone = new Set<string>();
  #count = 0;

  constructor() {
    this.root = this.#directory(undefined);
    this.cwd = this.root;
  }

  #directory(parent: Directory | undefined): Directory {
    const made = { kind: "directory", id: `d${this.#count++}`, entries: new Map() } as Directory;
    made.parent = parent ?? made;
    return made;
  }

  directories(from = this.root): Directory[] {
    const inside = [...from.entries.values()].filter((node) => node.kind === "directory");
    return [from, ...inside.flatMap((node) => this.directories(node))];
  }

  /** Refuses a path that has a link, or nothing, on the way. */
  find = (path: string): FileAtPath => {
    let node: Node | undefined = path.startsWith("/") ? this.root : this.cwd;
    for (const name of path.split("/").filter((name) => name !== "" && name !== ".")) {
      assert.equal(node?.kind, "directory", path);
      const { parent, entries } = node as Directory;
      node = name === ".." ? parent : entries.get(name);
    }
    return node === undefined || node.kind === "file" ? { kind: "none" } : node;
  };

  make(place: Place, kind: Node["kind"], text: string): void {
    const { directory, name } = place;
    if (directory.entries.has(name)) return;
    const id = `${kind}${this.#count++}`;
    const node: Node =
      kind === "directory"
        ? this.#directory(directory)
        : kind === "link"
          ? { kind, id, text }
          : { kind, id };
    this.#put(place, node);
  }

  remove({ directory, name }: Place): void {
    const node = directory.entries.get(name);
    if (node === undefined || (node.kind === "directory" && node.entries.size > 0)) return;
    directory.entries.delete(name);
    this.told.add(`${directory.id}/${name}`);
    (node.kind === "directory" ? this.gone : this.told).add(node.id);
  }

  rename(from: Place, to: Place): void {
    const node = from.directory.entries.get(from.name);
    const over = to.directory.entries.get(to.name);
    if (node === undefined || node === over) return;
    if (node.kind === "directory" && this.directories(node).includes(to.directory)) return;
    if (over !== undefined && (over.kind === "directory") !== (node.kind === "directory")) return;
    if (over?.kind === "directory" && over.entries.size > 0) return;
    this.remove(to);
    from.directory.entries.delete(from.name);
    this.told.add(`${from.directory.id}/${from.name}`).add(node.id);
    this.#put(to, node);
  }

  exchange(from: Place, to: Place): void {
    const [a, b] = [from.directory.entries.get(from.name), to.directory.entries.get(to.name)];
    if (a === undefined || b === undefined || a === b) return;
    const within = (node: Node, place: Place) =>
      node.kind === "directory" && this.directories(node).includes(place.directory);
    if (within(a, to) || within(b, from)) return;
    this.told.add(a.id).add(b.id);
    this.#put(from, b);
    this.#put(to, a);
  }

  #put({ directory, name }: Place, node: Node): void {
    directory.entries.set(name, node);
    if (node.kind === "directory") node.parent = directory;
    this.told.add(`${directory.id}/${name}`);
  }
}
interface Place {
  readonly directory: Directory;
  readonly name: string;
}

const NAMES = ["a", "b", "c"] as const;
const name = fc.constantFrom(...NAMES);
const words = fc.array(fc.oneof({ weight: 4, arbitrary: name }, fc.constantFrom("..", ".")), {
  minLength: 1,
  maxLength: 4,
});
const path = fc.tuple(fc.boolean(), words).map(([isAbsolute, words]) => {
  return `${isAbsolute ? "/" : ""}${words.join("/")}`;
});
const kind = fc.constantFrom(
  "directory" as const,
  "directory" as const,
  "link" as const,
  "file" as const,
);
const spot = fc.tuple(fc.nat(), name);
const change = fc.record({
  what: fc.constantFrom("make" as const, "remove" as const, "rename" as const, "exchange" as const),
  from: spot,
  to: spot,
  kind,
  text: path,
});

test("whatever leads it elsewhere is told by what it leads through, unless it is silent", () => {
  let switches = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(spot, kind, path), { maxLength: 12 }),
      fc.nat(),
      path,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      (made, cwd, path, changes) => {
        const paper = new Paper();
        const place = ([index, name]: [number, string]): Place => {
          const directories = paper.directories();
          return { directory: directories[index % directories.length] as Directory, name };
        };
        for (const [spot, kind, text] of made) paper.make(place(spot), kind, text);
        const directories = paper.directories();
        paper.cwd = directories[cwd % directories.length] as Directory;
        const before = resolvePath(path, paper.find);
        const end = directories.find(({ id }) => id === before.end);
        if (end?.entries.size === 0) return; // what has nothing to tell is looked at by time
        if (before.mayChangeUnnoticed && before.missing === undefined) return;
        const watched = new Set(before.components.map(({ id }) => id));
        const broken = before.missing && paper.find(before.missing.directory);
        if (broken && "id" in broken) watched.add(`${broken.id}/${before.missing?.name}`);
        // One that gets empty tells it.
        for (const name of NAMES) watched.add(`${before.end}/${name}`);
        paper.told.clear();
        for (const { what, from, to, kind, text } of changes) {
          if (what === "make") paper.make(place(from), kind, text);
          else if (what === "remove") paper.remove(place(from));
          else paper[what](place(from), place(to));
          if (resolvePath(path, paper.find).fingerprint === before.fingerprint) continue;
          switches += 1;
          const isTold = [...watched].some((id) => paper.told.has(id));
          // Where it breaks off, also what it leads through may be empty.
          const isGone = broken !== undefined && [...watched].some((id) => paper.gone.has(id));
          assert.ok(isTold || isGone, `${path}, ${before.fingerprint}`);
        }
      },
    ),
    { numRuns: 20_000 },
  );
  assert.ok(switches > 500, `${switches} changes led elsewhere`);
});
