/**
 * The disk of a virtual machine: an ext4 file system with the tools, the stages of
 * examples/boot/etc-runit, busybox for everything else, and services.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { guideBlock } from "../support/guide.ts";
import { originalInPlace } from "../support/suite.ts";

const BUSYBOX = "/bin/busybox";
const ROOT = resolve(import.meta.dirname, "../..");
const SIZE = "96M";
/** The directory into which install-to puts the tools. */
const BIN = "usr/local/bin";

/** Programs for the machine, by path on it: the original if it stands in for ours. */
const ORIGINAL = {
  "sbin/runit": "/sbin/runit",
  "sbin/init": "/lib/runit/runit-init",
  ...Object.fromEntries(
    ["runsv", "runsvdir", "sv", "chpst", "svlogd"].map((name) => [
      `${BIN}/${name}`,
      `/usr/bin/${name}`,
    ]),
  ),
  [`${BIN}/runsvchdir`]: "/usr/sbin/runsvchdir",
  [`${BIN}/utmpset`]: "/usr/sbin/utmpset",
};

const FILES = {
  "etc/passwd": "root::0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
  "etc/group": "root:x:0:\ntty:x:5:\nutmp:x:43:\nnogroup:x:65534:\n",
  "etc/fstab": "/dev/nvme0n1 / ext4 defaults 0 1\n",
  "etc/hostname": "machine\n",
  "etc/profile": `export PATH=/${BIN}:/sbin:/bin:/usr/bin\n`,
};

/** A line for each start: which boot, and which process. */
const MARK = 'echo "$(cat /proc/sys/kernel/random/boot_id) $$" >>/var/lib/starts/$(basename $PWD)';
/** The service `slow`, which is down, needs this long to stop. */
const SLOW_S = 20;
const SERVICES = {
  "web/run": `${MARK}; exec 2>&1; echo web starts; exec sleep 100000`,
  "web/log/run": "exec chpst -u nobody svlogd -tt /var/log/web",
  "db/run": `${MARK}; exec sleep 100000`,
  "slow/run": `${MARK}; trap 'sleep ${SLOW_S}; echo slow has ended >/dev/console; exit 0' TERM; while :; do sleep 1; done`,
  "alone/run": `${MARK}; exec sleep 100000`,
};
const SETS = {
  default: ["web", "db", "slow"],
  single: ["getty-ttyS0", "alone"],
};

/** @returns the path of a new disk in the directory */
export function makeDisk(dir: string): string {
  const root = join(dir, "root");
  const put = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
    chmodSync(join(root, path), mode);
  };
  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };
  for (const name of [
    "proc",
    "sys",
    "dev",
    "run",
    "tmp",
    "root",
    "var/log/web",
    "var/lib/starts",
  ]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  chmodSync(root, 0o755);
  chmodSync(join(root, "var/log/web"), 0o777);
  link("var/run", "/run");
  execFileSync("mknod", [join(root, "dev/console"), "c", "5", "1"]);
  mkdirSync(join(root, "bin"));
  copyFileSync(BUSYBOX, join(root, "bin/busybox"));
  const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n");
  for (const name of applets) {
    if (name !== "" && name !== "busybox") link(`bin/${name}`, "busybox");
  }
  for (const [path, content] of Object.entries(FILES)) put(path, content);
  install(root);
  if (originalInPlace) putOriginal(root);
  for (const [path, script] of Object.entries(SERVICES)) {
    put(`etc/sv/${path}`, `#!/bin/sh\n${script}\n`, 0o755);
  }
  put("etc/sv/slow/down", "");
  for (const [set, names] of Object.entries(SETS)) {
    for (const name of names) link(`etc/runit/runsvdir/${set}/${name}`, `/etc/sv/${name}`);
  }
  const disk = join(dir, "disk");
  execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", root, disk, SIZE]);
  return disk;
}

/**
 * Types the lines of docs/install.md, with the directories of the machine in place of this one's.
 */
function install(root: string): void {
  const places = ["etc", "sbin", "usr/local"];
  for (const place of places) mkdirSync(join(root, place), { recursive: true });
  // Node may be in /usr/local.
  const script = `set -e
    mount --bind '${resolve(dirname(process.execPath), "..")}' /mnt
    ${places.map((place) => `mount --bind '${join(root, place)}' /${place}`).join("\n")}
    ${guideBlock("install.md", "npm run install-to -- /usr/local\nmkdir -p /etc/runit")}`;
  execFileSync("unshare", ["--mount", "sh", "-c", script], {
    cwd: ROOT,
    env: { PATH: "/usr/bin:/bin:/mnt/bin" },
    stdio: "pipe",
  });
}

function putOriginal(root: string): void {
  const libraries = new Set<string>();
  for (const [path, from] of Object.entries(ORIGINAL)) {
    const to = join(root, path);
    rmSync(to, { force: true });
    copyFileSync(from, to);
    for (const [library] of execFileSync("ldd", [from], { encoding: "utf8" }).matchAll(/\/\S+/g)) {
      libraries.add(library);
    }
  }
  for (const library of libraries) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
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
