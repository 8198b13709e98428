/** The disk of a virtual machine: an ext4 file system, with busybox or a distribution. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AMD64 } from "./hardware.ts";

const BUSYBOX_SIZE = "96M";

const EMPTY = "bin dev proc root run sys tmp var/log/web".split(" ");
const FILES = {
  "etc/passwd": "root::0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  "etc/group": "root:x:0:\ntty:x:5:\nutmp:x:43:\nnogroup:x:65534:\n",
  "etc/fstab": "/dev/nvme0n1 / ext4 defaults 0 1\n",
  "etc/hostname": "machine\n",
  "etc/profile": "export PATH=/usr/local/bin:/sbin:/bin:/usr/bin\n",
};

/** The files of the machine before they become a disk. */
export class Root {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  at(path: string): string {
    return join(this.dir, path);
  }

  put(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
    chmodSync(this.at(path), mode);
  }

  script(path: string, content: string): void {
    this.put(path, `#!/bin/sh\n${content}\n`, 0o755);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    symlinkSync(target, this.at(path));
  }

  /** Copies a program of this machine, with its libraries. */
  program(path: string): void {
    const { stdout } = spawnSync("ldd", [path], { encoding: "utf8" });
    const libraries = [...stdout.matchAll(/\/\S+/g)].map(([library]) => library);
    for (const file of [path, ...libraries]) {
      mkdirSync(dirname(this.at(file)), { recursive: true });
      copyFileSync(file, this.at(file));
    }
  }
}

/**
 * Makes a disk with busybox.
 *
 * @param dir an empty directory
 * @param fill adds files
 * @param busybox a static executable
 * @returns the path of the disk, in `dir`
 */
export function makeDisk(
  dir: string,
  fill: (root: Root) => void,
  busybox: string = AMD64.busybox,
): string {
  const root = new Root(join(dir, "root"));
  addBusybox(root, busybox);
  fill(root);
  return formatDisk(root, join(dir, "disk"), BUSYBOX_SIZE);
}

/**
 * Makes a file system that the kernel unpacks into memory, with busybox; `init` is its process 1.
 *
 * @param dir an empty directory
 * @param fill adds files
 * @returns the path of the initial RAM disk, in `dir`
 */
export function makeInitrd(dir: string, fill: (root: Root) => void, busybox: string): string {
  const root = new Root(join(dir, "root"));
  addBusybox(root, busybox);
  fill(root);
  const initrd = join(dir, "initrd");
  execFileSync("sh", ["-c", `find . | "$0" cpio -o -H newc >"$1"`, AMD64.busybox, initrd], {
    cwd: root.dir,
    stdio: "pipe",
  });
  return initrd;
}

function addBusybox(root: Root, busybox: string): void {
  for (const name of EMPTY) mkdirSync(root.at(name), { recursive: true });
  chmodSync(root.dir, 0o755);
  root.link("var/run", "/run");
  execFileSync("mknod", [root.at("dev/console"), "c", "5", "1"]);
  copyFileSync(busybox, root.at("bin/busybox"));
  // Debian's has the same applets on each architecture.
  for (const name of execFileSync(AMD64.busybox, ["--list"], { encoding: "utf8" }).split("\n")) {
    if (name !== "" && name !== "busybox") root.link(`bin/${name}`, "busybox");
  }
  for (const [path, content] of Object.entries(FILES)) root.put(path, content);
  chmodSync(root.at("var/log/web"), 0o777);
}

/** @param size as mke2fs(8) takes it @returns `disk` */
export function formatDisk(root: Root, disk: string, size: string): string {
  execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", root.dir, disk, size]);
  return disk;
}

/** Why the file system is not clean, by e2fsck(8), which changes nothing; `""` if it is. */
export function faultsOf(disk: string): string {
  const header = execFileSync("dumpe2fs", ["-h", disk], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const state = header.match(/^Filesystem state: +(.*)$/m)?.[1];
  const isOpen = /^Filesystem features:.*needs_recovery/m.test(header);
  if (state !== "clean" || isOpen)
    return `state: ${state}, journal: ${isOpen ? "in use" : "empty"}`;
  try {
    execFileSync("e2fsck", ["-fn", disk], { encoding: "utf8", stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
