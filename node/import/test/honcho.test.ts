/**
 * Real Procfiles, run by honcho and, after the import, by runsvdir: each process has the same
 * command line, environment, user and directory.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { BuildError } from "../../../build/run.ts";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { withPrograms } from "../../../tests/support/skip.ts";
import { placeDump, states } from "./dump.ts";
import { honchoCommand } from "./honcho.ts";
import { ENVIRONMENT, imported, placeFiles, started } from "./imports.ts";
import { PROCFILES } from "./procfiles.ts";

const NEEDED = withPrograms("/usr/bin/python3");

describe("a Procfile, run by both", { concurrency: 2, ...NEEDED }, () => {
  const installed = honchoCommand().catch((error: unknown) => {
    if (error instanceof BuildError) return error;
    throw error;
  });
  for (const { name, files, options = [], processes } of PROCFILES) {
    test(name, async (t) => {
      const honcho = await installed;
      if (honcho instanceof BuildError) return (t as TestContext).skip(honcho.message);
      const box = sandbox(t);
      placeDump(box);
      placeFiles(box, files);

      const former = box.start([...honcho, "start", ...options.map(({ honcho: word }) => word)], {
        env: ENVIRONMENT,
      });
      const said = () => `${former.stdout()}${former.stderr()}`;
      const expected = await states(box, processes, said);
      former.signal("SIGTERM");
      await former.exit();

      const words = options.map(({ ours: word }) => word);
      await imported(box, [...words, "Procfile"]);
      assert.deepEqual(await started(box, processes), expected);
    });
  }
});
