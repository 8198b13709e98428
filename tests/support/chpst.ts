/** Runs chpst in a sandbox, and reads what the program that it starts prints. */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { run } from "./run.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";
import { originalInPlace, ours } from "./suite.ts";

export const CHPST = join(ours.bin, "chpst");
export const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** For tests of behaviour that the original has not. */
export const ourOwn = { skip: originalInPlace && "the original does not do this" };

export const asRoot = { skip: isRoot ? ourOwn.skip : "needs to be root" };
export const onLinux = { skip: process.platform === "linux" ? asRoot.skip : "is about Linux" };

export function box(t: TestContext): Sandbox {
  const made = sandbox(t);
  chmodSync(made.dir, 0o755);
  return made;
}

export async function chpst(at: Sandbox, words: readonly string[], options = {}) {
  const { code, stdout, stderr } = await run(at, [CHPST, ...words], { argv0: "chpst", ...options });
  return { code, stdout, stderr: stderr.replace(/^usage: chpst .*\n\n/m, "usage\n") };
}

/** The output of the program, which has to exit 0 without a message. */
export async function printed(
  at: Sandbox,
  words: readonly string[],
  options = {},
): Promise<string> {
  const { code, stdout, stderr } = await chpst(at, words, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout;
}

export const failed = (stderr: string, code = 111) => ({ code, stdout: "", stderr });

/** Lines of its own /proc/self/status. */
export const status = (...names: readonly string[]) => [
  "grep",
  "-E",
  `^(${names.join("|")}):`,
  "/proc/self/status",
];

/** A root with these programs in it, and the libraries that they need. */
export async function makeRoot(at: Sandbox, ...programs: readonly string[]): Promise<string> {
  const root = join(at.dir, "root");
  const libraries = await run(at, ["ldd", ...programs]);
  const files = libraries.stdout.match(/\/\S+?(?=:?(\s|$))/g) ?? [];
  for (const file of new Set([...programs, ...files])) {
    if (!existsSync(file)) continue;
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
  }
  mkdirSync(join(root, "sub"), { recursive: true });
  return root;
}
