/** Runs `runits-import` by a Node that it is for. */
import { nodeOf } from "../../../build/node/versions.ts";
import { inRoot } from "../../../build/paths.ts";
import { type Outcome, run } from "../../../tests/support/run.ts";
import type { Sandbox } from "../../../tests/support/sandbox.ts";

export const START = inRoot("node/import/dist/start.js");

export async function runImport(
  box: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return await run(box, [await nodeOf(22), START, ...args], { env });
}
