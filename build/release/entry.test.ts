import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { scratchDirectory } from "../../tests/support/scratch.ts";
import { entriesIn } from "./entry.ts";

test("a directory in which a supervisor ran is read without its FIFOs", async () => {
  const dir = scratchDirectory(tmpdir());
  writeFileSync(join(dir, "run"), "#!/bin/sh\n", { mode: 0o700 });
  symlinkSync("run", join(dir, "link"));
  execFileSync("mkfifo", [join(dir, "control")]);
  const entries = await entriesIn(dir, "a");
  assert.deepEqual(
    entries.map(({ path, mode, target }) => ({ path, mode, target })),
    [
      { path: "a/link", mode: 0o777, target: "run" },
      { path: "a/run", mode: 0o755, target: undefined },
    ],
  );
});
