/** The other tests of the client, on the other versions of Node that it is for. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { nodeOf } from "../../../build/node/versions.ts";
import { inRoot } from "../../../build/paths.ts";
import { BuildError } from "../../../build/run.ts";

const OWN = "other-nodes.test.ts";
const OUTPUT_MAX_BYTES = 1 << 24;

for (const major of [22, 24] as const) {
  test(`the client works on Node ${major}`, async (t) => {
    const node = await nodeOf(major).catch((error: unknown) => {
      if (error instanceof BuildError) return t.skip(error.message);
      throw error;
    });
    if (node === undefined) return;
    const files = readdirSync(import.meta.dirname)
      .filter((name) => name.endsWith(".test.ts") && name !== OWN)
      .map((name) => join(import.meta.dirname, name));
    // Without the variable, the tests would report to this process.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const run = promisify(execFile)(node, ["--import", "tsx", "--test", ...files], {
      cwd: inRoot(),
      env,
      maxBuffer: OUTPUT_MAX_BYTES,
    });
    await assert.doesNotReject(
      run.catch((error: { stdout: string }) => Promise.reject(new Error(error.stdout))),
    );
    const { stdout } = await run;
    assert.match(stdout, /^(# |ℹ )pass [1-9]/m);
  });
}
