/** Imports files in a sandbox, and runs what has become of them. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../../tests/support/run.ts";
import type { Sandbox } from "../../../tests/support/sandbox.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { states } from "./dump.ts";
import { runImport } from "./run-import.ts";

/** For both supervisors; Python would set LC_CTYPE. */
export const ENVIRONMENT = { PATH: `${ours.bin}:/usr/bin:/bin`, PYTHONCOERCECLOCALE: "0" };

/** HERE stands for the directory of the sandbox. */
export function placeFiles(box: Sandbox, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(box.dir, path)), { recursive: true });
    writeFileSync(join(box.dir, path), text.replaceAll("HERE", box.dir));
  }
}

export function textOf(box: Sandbox, path: string): string {
  return readFileSync(join(box.dir, path), "utf8");
}

/**
 * Imports into `services`, in which `sv verify` then finds no mistake.
 *
 * @returns the notes, without the name of the program
 */
export async function imported(box: Sandbox, words: readonly string[]): Promise<readonly string[]> {
  const made = await runImport(box, ["--to", "services", ...words]);
  assert.equal(made.code, 0, made.stderr);
  const services = made.stdout.trimEnd().split("\n");
  const verified = await run(box, [tool(ours, "sv"), "verify", ...services], {
    env: { SVDIR: join(box.dir, "services") },
  });
  assert.equal(verified.code, 0, verified.stdout);
  const findings = verified.stdout.trimEnd().split("\n").slice(0, -1);
  assert.deepEqual(
    findings.filter((line) => !line.endsWith(MISSING_PROGRAM)),
    [],
  );
  const notes = made.stderr.trimEnd().split("\n");
  return notes.slice(0, -1).map((line) => line.replace(/^runits-import: /, ""));
}

/** This machine need not have the programs of the services. */
const MISSING_PROGRAM = "[RV065]";

/** Starts them all, and waits for the reports of `dump`. */
export async function started(
  box: Sandbox,
  processes: readonly string[],
): Promise<Readonly<Record<string, DumpState>>> {
  const runsvdir = box.start([tool(ours, "runsvdir"), "services"], { env: ENVIRONMENT });
  const found = await states(box, processes, () => runsvdir.stderr());
  return found as Readonly<Record<string, DumpState>>;
}

interface DumpState {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The user, the group, and all groups. */
  readonly ids: readonly [number, number, readonly number[]];
  readonly umask: number;
}
