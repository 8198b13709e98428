import assert from "node:assert/strict";
import { test } from "node:test";
import { hidePaths } from "./hidden-paths.ts";
import { ROOT } from "./paths.ts";

test("flags that hide a path are added to the caller's, and a path may have blanks", async () => {
  process.env.CARGO_HOME = "/elsewhere";
  process.env.RUSTFLAGS = "-C debuginfo=0";
  process.env.CFLAGS = "-g";
  await hidePaths();
  const { CARGO_ENCODED_RUSTFLAGS: rust = "", CFLAGS: c = "" } = process.env;
  assert.deepEqual(rust.split("\x1f").slice(0, 3), [
    ...["-C", "debuginfo=0", `--remap-path-prefix=${ROOT}=/runits`],
  ]);
  assert.match(rust, /--remap-path-prefix=\/.*\/lib\/rustlib\/src\/rust=\/rustc\/\S+$/);
  assert.ok(c.startsWith(`-g '-ffile-prefix-map=${ROOT}=/runits' `), c);
  assert.equal(process.env.CC_SHELL_ESCAPED_FLAGS, "1");
});
