/**
 * The C compiler for targets with musl, and for the BSDs and macOS: zig, which PyPI's package
 * `ziglang` brings with the headers of each target. Neither a cross compiler nor a foreign
 * architecture of the system is needed. With musl, rustup's own part of the target has the C
 * library, and rust-lld links it. For the rest zig links: for other systems, because it has the
 * names of what is in their C libraries; for armhf and riscv64, because it has a musl for them.
 */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addRustFlags, PREFIX_MAPS } from "./hidden-paths.ts";
import { inRoot } from "./paths.ts";
import { BuildError, must, run } from "./run.ts";

/** The version and its checksums, in pip's format. */
const REQUIREMENTS = "build/zig-requirements.txt";
const FOLDER = inRoot("target/zig");
const ZIG = join(FOLDER, "ziglang/zig");
/** The sources of libraries in zig, of which Rust brings some too, built for the same target. */
export const ZIG_LIBRARIES = join(FOLDER, "ziglang/lib");
/** The requirements that FOLDER was installed from. */
const STAMP = join(FOLDER, "requirements.txt");
const ARMHF = "armv7-unknown-linux-musleabihf";
/**
 * Without it, the crate libc calls musl's functions from before version 1.2, whose seconds have 32
 * bits and end in 2038.
 */
const TIME64 = ["--cfg=libc_unstable_time64"];
/** Targets for which rustup has no libraries, or no server on every network. */
const WITHOUT_LIBRARIES = new Set([
  "x86_64-unknown-openbsd",
  ARMHF,
  "riscv64gc-unknown-linux-musl",
]);
/** zig's names of targets, if they are not Rust's without the maker, and options for them. */
const ZIG_NAMES: Readonly<Record<string, string>> = {
  "aarch64-apple-darwin": "aarch64-macos",
  // The least that Debian's armhf demands, as Rust's target does: no NEON.
  [ARMHF]: "arm-linux-musleabihf -mcpu=generic+v7a+vfp3d16",
  "riscv64gc-unknown-linux-musl": "riscv64-linux-musl",
};
/** A pattern of sh(1). */
const DROPPED = [
  ...["--target=*", "-arch", "arm64", "-mmacosx-version-min=*"],
  ...["iconv", "kvm", "memstat", "procstat", "devstat", "execinfo"].map((name) => `-l${name}`),
].join("|");

/** Whether the executables of the target run on Linux. */
export const isForLinux = (target: string): boolean => target.includes("-linux-");

/** Whether Rust's own linker links for the target, with Rust's own C library. */
export const isLinkedByRust = (target: string): boolean =>
  isForLinux(target) && !WITHOUT_LIBRARIES.has(target);

/**
 * cargo's settings for a target that zig compiles for; installs zig and the target's libraries if
 * need be.
 */
export async function zigSettings(target: string): Promise<readonly string[]> {
  await installZig();
  if (target === ARMHF) addRustFlags(TIME64);
  const libraries = await installTarget(target);
  const under = target.replaceAll("-", "_");
  const compiler = await wrapper(target);
  const settings = {
    [`target.${target}.linker`]: isLinkedByRust(target) ? "rust-lld" : compiler,
    [`env.CC_${under}`]: compiler,
    [`env.AR_${under}`]: await script("ar", 'ar "$@"'),
    [`env.CFLAGS_${under}`]: "-fno-stack-protector",
    "env.ZIG_GLOBAL_CACHE_DIR": join(FOLDER, "cache"),
    "env.ZIG_LOCAL_CACHE_DIR": join(FOLDER, "cache"),
  };
  const named = Object.entries(settings).flatMap(([name, value]) => [
    "--config",
    `${name}=${JSON.stringify(value)}`,
  ]);
  return [...named, ...libraries];
}

/** The version of zig that is used. */
export async function zigVersion(): Promise<string> {
  const requirements = await readFile(inRoot(REQUIREMENTS), "utf8");
  return requirements.match(/^ziglang==(\S+)/)?.[1] ?? "";
}

async function installZig(): Promise<void> {
  const wanted = await readFile(inRoot(REQUIREMENTS), "utf8");
  if ((await readFile(STAMP, "utf8").catch(() => "")) === wanted) return;
  await must("python3", [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
    ...["--root-user-action=ignore", "--upgrade", "--require-hashes"],
    ...["--target", FOLDER, "--requirement", REQUIREMENTS],
  ]);
  await writeFile(STAMP, wanted);
}

/** @returns cargo's settings for libraries that Rust does not have built */
async function installTarget(target: string): Promise<readonly string[]> {
  const root = (await must("rustc", ["--print", "sysroot"])).trim();
  const libraries = join(root, "lib/rustlib");
  const install = async (place: string, ...words: string[]): Promise<void> => {
    if ((await stat(join(libraries, place)).catch(() => undefined)) !== undefined) return;
    const { ok, output } = await run("rustup", words);
    if (!ok) throw new BuildError(`Rust has no libraries for ${target}: ${output.trimEnd()}`);
  };
  if (!WITHOUT_LIBRARIES.has(target)) {
    await install(target, "target", "add", target);
    return [];
  }
  await install("src", "component", "add", "rust-src");
  // Cargo of a release builds them only if it is asked in this way.
  process.env.RUSTC_BOOTSTRAP = "1";
  return ["-Z", "build-std=core,alloc"];
}

/**
 * A C compiler that drops the words that Rust says to other compilers: its own name of the target,
 * which zig does not know, and libraries that the host does not use.
 */
function wrapper(target: string): Promise<string> {
  const name = ZIG_NAMES[target] ?? target.replace("-unknown", "");
  const maps = PREFIX_MAPS.map((map) => `'${map}'`);
  return script(
    `${target}-cc`,
    `cc -target ${name} ${maps.join(" ")} "$@"`,
    `for word; do shift; case $word in ${DROPPED}) ;; *) set -- "$@" "$word" ;; esac; done\n`,
  );
}

async function script(name: string, words: string, before = ""): Promise<string> {
  const path = join(FOLDER, name);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, `#!/bin/sh\n${before}exec '${ZIG}' ${words}\n`, { mode: 0o755 });
  return path;
}
