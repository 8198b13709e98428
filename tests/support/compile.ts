/**
 * Small C programs, for what a test or a measurement does not leave to Node; each compiled once.
 */
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { scratchDirectory } from "./scratch.ts";

const made = new Map<string, string>();

/**
 * The path of the executable, which is gone when this process ends; statically linked if there
 * is a static libc, so that it costs next to nothing to start.
 *
 * @throws if there is no C compiler
 */
export function compiled(source: string): string {
  const known = made.get(source);
  if (known !== undefined) return known;
  const dir = scratchDirectory(tmpdir());
  chmodSync(dir, 0o755); // also for services that are not root
  const program = join(dir, basename(source, ".c"));
  const problem = compile(source, program, ["-static"]) && compile(source, program, []);
  if (problem !== undefined) throw new Error(`cannot compile ${source}: ${problem}`);
  made.set(source, program);
  return program;
}

/** The error; nothing if it worked. */
function compile(source: string, program: string, how: readonly string[]): string | undefined {
  const words = ["-O2", "-Wall", "-Wextra", "-Werror", ...how, "-o", program, source];
  const { status, stderr, error } = spawnSync("cc", words, { encoding: "utf8" });
  return status === 0 ? undefined : (error?.message ?? stderr);
}
