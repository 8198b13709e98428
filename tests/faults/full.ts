/**
 * A file system without room under supervise/: what is published stays right, and nothing is
 * started twice.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sendSignal } from "../support/sandbox.ts";
import type { Strike } from "./strike.ts";
import { moment, untilGone, type World } from "./world.ts";

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
function furnish(world: World, { mount }: Kind): string {
  const place = mkdtempSync(join(tmpdir(), "runits-full-"));
  const dir = join(place, "disk");
  mkdirSync(dir);
  mount(dir, join(place, "image"));
  world.onClosed(() => {
    execFileSync("umount", ["--lazy", dir]);
    rmSync(place, { recursive: true, force: true });
  });
  mkdirSync(join(dir, "main"));
  mkdirSync(join(dir, "log"));
  symlinkSync(join(dir, "main"), join(world.made, "supervise"));
  symlinkSync(join(dir, "log"), join(world.made, "log/supervise"));
  return dir;
}

/** @returns what makes room again */
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

async function daemonDies(world: World): Promise<void> {
  const before = world.daemon;
  sendSignal(before, "SIGKILL");
  await world.untilUp(before);
  await moment(world, "pid", () => world.web.pidFile() === `${world.daemon}\n`);
}

const DEEDS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "the daemon dies": daemonDies,
  "the supervisor dies after it": async (world) => {
    await daemonDies(world);
    const { daemon, supervisor } = world;
    sendSignal(supervisor, "SIGKILL");
    await untilGone(world, supervisor);
    if (supervisor === world.scanner) world.scan(); // as init would
    await world.untilSupervised(daemon);
  },
};

export const FULL_STRIKES: readonly Strike[] = [[], ["--dense"]].flatMap((options) =>
  KINDS.flatMap((kind) =>
    Object.entries(DEEDS).map(([name, deed]) => ({
      kind: `supervise/ is on ${kind.name}`,
      name: [...options, name].join(" "),
      ...(options.length > 0 && { isOursAlone: true }),
      options,
      strike: async (world: World) => {
        const dir = furnish(world, kind);
        await world.begin();
        const makeRoom = fill(dir, kind.filler);
        await deed(world);
        makeRoom();
      },
    })),
  ),
);
