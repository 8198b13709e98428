/**
 * Real configurations, run by supervisord and, after the import, by runsvdir: each process has the
 * same command line, environment, user and directory.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Sandbox, sandbox } from "../../../tests/support/sandbox.ts";
import { asRoot, both, withPrograms } from "../../../tests/support/skip.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { type Configuration, SUPERVISORD } from "./configurations.ts";
import { placeDump, states } from "./dump.ts";
import { runImport } from "./run-import.ts";

/** Debian's own user for services of others, with groups of its own if it has any. */
const USER = "www-data";

const NEEDED = both(asRoot, withPrograms("supervisord", "/usr/bin/python3"));

describe("a configuration of supervisord, run by both", { concurrency: 2, ...NEEDED }, () => {
  for (const configuration of SUPERVISORD) {
    test(configuration.name, async (t) => {
      const box = sandbox(t);
      prepare(box, configuration);
      // Python would set LC_CTYPE.
      const env = { PATH: `${ours.bin}:/usr/bin:/bin`, PYTHONCOERCECLOCALE: "0" };

      // Its output is a file, for programs open /dev/stdout.
      const start = "exec supervisord -n -c supervisord.conf >said 2>&1";
      const former = box.start(["sh", "-c", start], { env });
      const said = () => readFileSync(join(box.dir, "said"), "utf8");
      const expected = await states(box, configuration.processes, said);
      former.signal("SIGTERM");
      await former.exit();

      const made = await runImport(box, ["--to", "sv", "supervisord.conf"]);
      assert.equal(made.code, 0, made.stderr);
      const runsvdir = box.start([tool(ours, "runsvdir"), "sv"], { env });
      assert.deepEqual(
        await states(box, configuration.processes, () => runsvdir.stderr()),
        expected,
      );

      const verified = box.start(
        [tool(ours, "sv"), "verify", ...made.stdout.trimEnd().split("\n")],
        { env: { SVDIR: join(box.dir, "sv") } },
      );
      assert.equal((await verified.exit()).code, 0);
      assert.match(verified.stdout(), /: no mistakes found\n$/);
    });
  }
});

function prepare(box: Sandbox, { text }: Configuration): void {
  const own = `[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\n`;
  const path = join(box.dir, "supervisord.conf");
  writeFileSync(
    path,
    `${text.replaceAll("USER", USER)}\n${own}childlogdir=%(here)s/logs\ndirectory=%(here)s\n`,
  );
  mkdirSync(join(box.dir, "logs"));
  placeDump(box);
}
