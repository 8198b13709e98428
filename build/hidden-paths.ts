/**
 * Keeps the directories of this machine out of the executables, in which panics and assertions
 * name files: two builds of one source are the same wherever they are made.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./paths.ts";
import { must } from "./run.ts";

/** Directories, and what stands for them; the last one that fits is used. */
const PLACES: readonly (readonly [string, string])[] = [
  [ROOT, "/runits"],
  [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "/cargo"],
];

/** For the C compiler. */
export const PREFIX_MAPS = PLACES.map(([path, name]) => `-ffile-prefix-map=${path}=${name}`);

/** cargo's separator between flags, which may contain blanks as a path may. */
const SEPARATOR = "\x1f";

/** For the compilers that cargo calls. */
export async function hidePaths(): Promise<void> {
  const places = [...PLACES, await sourcesOfRust()];
  addRustFlags(places.map(([path, name]) => `--remap-path-prefix=${path}=${name}`));
  const { CFLAGS = "" } = process.env;
  process.env.CFLAGS = [CFLAGS, ...PREFIX_MAPS.map((map) => `'${map}'`)].filter(Boolean).join(" ");
  process.env.CC_SHELL_ESCAPED_FLAGS = "1"; // crate cc then removes the quotes
}

/** The place of rustup's component rust-src, and what rustc writes instead if it is not there. */
async function sourcesOfRust(): Promise<readonly [string, string]> {
  const root = (await must("rustc", ["--print", "sysroot"])).trim();
  const version = await must("rustc", ["--version", "--verbose"]);
  const commit = version.match(/^commit-hash: (.*)$/m)?.[1];
  return [join(root, "lib/rustlib/src/rust"), `/rustc/${commit}`];
}

/** For all crates that cargo compiles for the target from now on. */
export function addRustFlags(flags: readonly string[]): void {
  const { CARGO_ENCODED_RUSTFLAGS: encoded, RUSTFLAGS = "" } = process.env;
  const set = encoded?.split(SEPARATOR) ?? RUSTFLAGS.split(" ");
  process.env.CARGO_ENCODED_RUSTFLAGS = [...set, ...flags].filter(Boolean).join(SEPARATOR);
}
