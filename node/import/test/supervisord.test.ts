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
import { type Configuration, SUPERVISORD } from "./configurations.ts";
import { placeDump, states } from "./dump.ts";
import { ENVIRONMENT, imported, started } from "./imports.ts";

/** Debian's own user for services of others, with groups of its own if it has any. */
const USER = "www-data";

const NEEDED = both(asRoot, withPrograms("supervisord", "/usr/bin/python3"));

describe("a configuration of supervisord, run by both", { concurrency: 2, ...NEEDED }, () => {
  for (const configuration of SUPERVISORD) {
    test(configuration.name, async (t) => {
      const box = sandbox(t);
      prepare(box, configuration);

      // Its output is a file, for programs open /dev/stdout.
      const start = "exec supervisord -n -c supervisord.conf >said 2>&1";
      const former = box.start(["sh", "-c", start], { env: ENVIRONMENT });
      const said = () => readFileSync(join(box.dir, "said"), "utf8");
      const expected = await states(box, configuration.processes, said);
      former.signal("SIGTERM");
      await former.exit();

      await imported(box, ["supervisord.conf"]);
      assert.deepEqual(await started(box, configuration.processes), expected);
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
