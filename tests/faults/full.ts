/**
 * A file system without room under supervise/: what is published stays right, and nothing is
 * started twice.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendSignal } from "../support/sandbox.ts";
import type { FaultCase } from "./fault-case.ts";
import { type FaultTree, moment, untilGone } from "./fault-tree.ts";

const FILLER_BYTES = 4_096;

interface Kind {
  readonly name: string;
  /** Mounts it at `dir`, on a disk in the file `image` if it needs one. */
  readonly mount: (dir: string, image: string) => void;
  /** The content of each file that fills it. */
  readonly filler: Buffer;
}

const BLOCK = Buffer.alloc(FILLER_BYTES);
const NOTHING = Buffer.alloc(0);

function tmpfs(name: string, options: string, filler: Buffer): Kind {
  const mount = (dir: string) => {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir]);
  };
  return { name, mount, filler };
}

function ext4(name: string, words: readonly string[], filler: Buffer): Kind {
  const mount = (dir: string, image: string) => {
    writeFileSync(image, Buffer.alloc(1 << 20));
    execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", ...words, image], { stdio: "ignore" });
    execFileSync("mount", ["-o", "loop", image, dir]);
  };
  return { name, mount, filler };
}

const hasDisks = existsSync("/dev/loop-control") && existsSync("/usr/sbin/mkfs.ext4");
const KINDS: readonly Kind[] = [
  tmpfs("a full tmpfs", "size=64k", BLOCK),
  tmpfs("a tmpfs without a free inode", "nr_inodes=32", NOTHING),
  ...(hasDisks
    ? [ext4("a full ext4", [], BLOCK), ext4("an ext4 without a free inode", ["-N", "32"], NOTHING)]
    : []),
];

/** Has both services of `web` keep their state in the file system. */
function furnish(tree: FaultTree, { mount }: Kind): string {
  const place = mkdtempSync(join(tmpdir(), "runits-full-"));
  const dir = join(place, "disk");
  mkdirSync(dir);
  mount(dir, join(place, "image"));
  tree.onClosed(() => {
    execFileSync("umount", ["--lazy", dir]);
    rmSync(place, { recursive: true, force: true });
  });
  mkdirSync(join(dir, "main"));
  mkdirSync(join(dir, "log"));
  symlinkSync(join(dir, "main"), join(tree.made, "supervise"));
  symlinkSync(join(dir, "log"), join(tree.made, "log/supervise"));
  return dir;
}

/** @returns a function that makes room again */
function fill(dir: string, filler: Buffer): () => void {
  const place = join(dir, "main");
  let count = 0;
  try {
    for (;;) writeFileSync(join(place, `filler${count++}`), filler);
  } catch {
    // It is full.
  }
  return () => {
    for (let n = 0; n < count; n++) rmSync(join(place, `filler${n}`), { force: true });
  };
}

async function daemonDies(tree: FaultTree): Promise<void> {
  const before = tree.daemon;
  sendSignal(before, "SIGKILL");
  await tree.untilUp(before);
  await moment(tree, "pid", () => tree.web.pidFile() === `${tree.daemon}\n`);
}

const DEEDS: Readonly<Record<string, (tree: FaultTree) => Promise<void>>> = {
  "the daemon dies": daemonDies,
  "the supervisor dies after it": async (tree) => {
    await daemonDies(tree);
    const { daemon, supervisor } = tree;
    sendSignal(supervisor, "SIGKILL");
    await untilGone(tree, supervisor);
    if (supervisor === tree.scanner) tree.scan(); // as init would
    await tree.untilSupervised(daemon);
  },
};

export const FULL_CASES: readonly FaultCase[] = [[], ["--dense"]].flatMap((options) =>
  KINDS.flatMap((kind) =>
    Object.entries(DEEDS).map(([name, deed]) => ({
      kind: `supervise/ is on ${kind.name}`,
      name: [...options, name].join(" "),
      ...(options.length > 0 && { isOursAlone: true }),
      options,
      injectFault: async (tree: FaultTree) => {
        const dir = furnish(tree, kind);
        await tree.begin();
        const makeRoom = fill(dir, kind.filler);
        await deed(tree);
        makeRoom();
      },
    })),
  ),
);
