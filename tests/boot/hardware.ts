/** The machines that qemu emulates, and what each needs on this one. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ours } from "../support/suite.ts";

/** The machines beside {@link AMD64} that `npm run boot` has prepared. */
const PREPARED = (process.env.RUNITS_MACHINES ?? "").split(",");
/** A whole Debian, on {@link AMD64}. */
export const DEBIAN = "debian";

const DIST = resolve(import.meta.dirname, "../../dist");

export interface Hardware {
  readonly name: string;
  /** The program that emulates it, with the options that no other hardware has. */
  readonly qemu: string;
  /** The serial console, by its name in /dev. */
  readonly console: string;
  /** The kernel has a driver for the keyboard. */
  readonly hasKeyboard: boolean;
  readonly kernel: string;
  readonly busybox: string;
  /** The tools, built for it. */
  readonly bin: string;
  /** The Rust target for which the tools are built, if it is not this machine's. */
  readonly target?: string;
}

export const AMD64: Hardware = {
  name: "amd64",
  qemu: "qemu-system-x86_64",
  console: "ttyS0",
  hasKeyboard: true,
  kernel: join(DIST, "boot/amd64/vmlinuz"),
  busybox: "/bin/busybox",
  bin: ours.bin,
};

/** As in a release. */
const ARM64_TARGET = "aarch64-unknown-linux-musl";
export const ARM64: Hardware = {
  name: "arm64",
  qemu: "qemu-system-aarch64 -machine virt -cpu cortex-a57",
  console: "ttyAMA0",
  hasKeyboard: false,
  kernel: join(DIST, "boot/arm64/vmlinuz"),
  busybox: join(DIST, "boot/arm64/busybox"),
  bin: join(DIST, ARM64_TARGET, "bin"),
  target: ARM64_TARGET,
};

const ARMHF_TARGET = "armv7-unknown-linux-musleabihf";
/** A processor with 32 bits. Its kernel has no disk built in: {@link makeInitrd} of disk.ts. */
export const ARMHF: Hardware = {
  name: "armhf",
  qemu: "qemu-system-arm -machine virt,highmem=off -cpu cortex-a15",
  console: "ttyAMA0",
  hasKeyboard: false,
  kernel: join(DIST, "boot/armhf/vmlinuz"),
  busybox: join(DIST, "boot/armhf/busybox"),
  bin: join(DIST, ARMHF_TARGET, "bin"),
  target: ARMHF_TARGET,
};

/** Why a machine that only `npm run boot` prepares is skipped, if it is. */
export function unprepared(name: string): string | undefined {
  return PREPARED.includes(name) ? undefined : `npm run boot -- --${name} runs this`;
}

/** The programs and files that the tests need and this machine lacks. */
export function missingFor({ qemu, kernel, busybox, bin }: Hardware): string | undefined {
  const path = (process.env.PATH ?? "").split(":").concat("/usr/sbin", "/sbin");
  const [emulator = ""] = qemu.split(" ");
  const programs = [emulator, "mke2fs", "e2fsck", "dumpe2fs"].filter(
    (name) => !path.some((dir) => existsSync(join(dir, name))),
  );
  const files = [kernel, busybox, AMD64.busybox, bin].filter((name) => !existsSync(name));
  const all = [...programs, ...new Set(files)];
  return all.length === 0 ? undefined : `needs ${all.join(", ")}`;
}
