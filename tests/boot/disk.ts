/** The disk of a virtual machine: an ext4 file system with busybox, and what a test adds. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const BUSYBOX = "/bin/busybox";
const SIZE = "96M";

const EMPTY = "bin dev proc root run sys tmp var/lib/starts var/log/web".split(" ");
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
    for (const name of EMPTY) mkdirSync(this.at(name), { recursive: true });
    chmodSync(dir, 0o755);
    this.link("var/run", "/run");
    execFileSync("mknod", [this.at("dev/console"), "c", "5", "1"]);
    copyFileSync(BUSYBOX, this.at("bin/busybox"));
    for (const name of execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n")) {
      if (name !== "" && name !== "busybox") this.link(`bin/${name}`, "busybox");
    }
    for (const [path, content] of Object.entries(FILES)) this.put(path, content);
    chmodSync(this.at("var/log/web"), 0o777);
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
 * @param dir an empty directory
 * @param fill adds files
 * @returns the path of a new disk there
 */
export function makeDisk(dir: string, fill: (root: Root) => void): string {
  const root = new Root(join(dir, "root"));
  fill(root);
  const disk = join(dir, "disk");
  execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", root.dir, disk, SIZE]);
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

/** The programs that the tests need and the machine running them lacks. */
export function missingFor(kernel: string): string | undefined {
  const path = (process.env.PATH ?? "").split(":").concat("/usr/sbin", "/sbin");
  const programs = ["qemu-system-x86_64", "mke2fs", "e2fsck", "dumpe2fs"].filter(
    (name) => !path.some((dir) => existsSync(join(dir, name))),
  );
  const files = [BUSYBOX, kernel].filter((name) => !existsSync(name));
  const all = [...programs, ...files];
  return all.length === 0 ? undefined : `needs ${all.join(", ")}`;
}
