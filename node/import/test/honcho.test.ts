/**
 * Real Procfiles, run by honcho and, after the import, by runsvdir: each process has the same
 * command line, environment, user and directory.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { BuildError } from "../../../build/run.ts";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { withPrograms } from "../../../tests/support/skip.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { placeDump, states } from "./dump.ts";
import { honchoCommand } from "./honcho.ts";
import { PROCFILES } from "./procfiles.ts";
import { runImport } from "./run-import.ts";

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
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(box.dir, path)), { recursive: true });
        writeFileSync(join(box.dir, path), text);
      }
      // Python would set LC_CTYPE.
      const env = { PATH: `${ours.bin}:/usr/bin:/bin`, PYTHONCOERCECLOCALE: "0" };

      const former = box.start([...honcho, "start", ...options.map(({ honcho: word }) => word)], {
        env,
      });
      const said = () => `${former.stdout()}${former.stderr()}`;
      const expected = await states(box, processes, said);
      former.signal("SIGTERM");
      await former.exit();

      const words = options.map(({ ours: word }) => word);
      const made = await runImport(box, ["--to", "sv", ...words, "Procfile"]);
      assert.equal(made.code, 0, made.stderr);
      const runsvdir = box.start([tool(ours, "runsvdir"), "sv"], { env });
      assert.deepEqual(await states(box, processes, () => runsvdir.stderr()), expected);

      const verified = box.start(
        [tool(ours, "sv"), "verify", ...made.stdout.trimEnd().split("\n")],
        { env: { SVDIR: join(box.dir, "sv") } },
      );
      assert.equal((await verified.exit()).code, 0, verified.stdout());
      assert.match(verified.stdout(), /: no mistakes found\n$/);
    });
  }
});
