/**
 * Keeps the directories of this machine out of the executables, in which panics and assertions
 * name files: two builds of one source are the same wherever they are made.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** Directories, and what stands for them; the last one that fits is used. */
const PLACES: readonly (readonly [string, string])[] = [
  [ROOT, "/runits"],
  [process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "/cargo"],
];

/** For the C compiler. */
export const PREFIX_MAPS = PLACES.map(([path, name]) => `-ffile-prefix-map=${path}=${name}`);

/** For the compilers that cargo calls. */
export function hidePaths(): void {
  const rust = PLACES.map(([path, name]) => `--remap-path-prefix=${path}=${name}`);
  process.env.RUSTFLAGS = [process.env.RUSTFLAGS, ...rust].filter(Boolean).join(" ");
  process.env.CFLAGS = [process.env.CFLAGS, ...PREFIX_MAPS].filter(Boolean).join(" ");
}
