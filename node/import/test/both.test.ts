/**
 * Real configurations, run by supervisord and, after the import, by runsvdir: each process has the
 * same command line, environment, user and directory.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Sandbox, sandbox } from "../../../tests/support/sandbox.ts";
import { asRoot, both, withPrograms } from "../../../tests/support/skip.ts";
import { ours, tool } from "../../../tests/support/suite.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { type Configuration, SUPERVISORD } from "./configurations.ts";
import { runImport } from "./run-import.ts";

/** Debian's own user for services of others, with groups of its own if it has any. */
const USER = "www-data";
/** What supervisord adds, and what a shell does. */
const NOT_COMPARED = /^(SUPERVISOR_\w+|PWD|OLDPWD|SHLVL|_)$/;

const NEEDED = both(asRoot, withPrograms("supervisord", "/usr/bin/python3"));

const DUMP = `#!/usr/bin/python3
import json, os, sys, time
mask = os.umask(0)
ids = [os.getuid(), os.getgid(), sorted(os.getgroups())]
state = {"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd(), "ids": ids, "umask": mask}
out = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "out", sys.argv[1])
with open(out + ".new", "w") as file: json.dump(state, file)
os.rename(out + ".new", out)
time.sleep(1000)
`;

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
      const expected = await states(box, configuration, said);
      former.signal("SIGTERM");
      await former.exit();

      const made = await runImport(box, ["--to", "sv", "supervisord.conf"]);
      assert.equal(made.code, 0, made.stderr);
      const runsvdir = box.start([tool(ours, "runsvdir"), "sv"], { env });
      assert.deepEqual(await states(box, configuration, () => runsvdir.stderr()), expected);

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
  writeFileSync(join(box.dir, "dump"), DUMP, { mode: 0o755 });
  mkdirSync(join(box.dir, "logs"));
  chmodSync(box.dir, 0o755);
}

/** What the processes have reported; they report again afterwards. */
async function states(
  box: Sandbox,
  { processes }: Configuration,
  said: () => string,
): Promise<Readonly<Record<string, unknown>>> {
  const out = join(box.dir, "out");
  mkdirSync(out);
  chmodSync(out, 0o777);
  const all = await eventually(
    `reports of ${processes.join()}`,
    () => {
      const names = readdirSync(out);
      if (!processes.every((name) => names.includes(name))) return undefined;
      return processes.map((name) => [name, stateIn(join(out, name))] as const);
    },
    said,
  );
  rmSync(out, { recursive: true });
  return Object.fromEntries(all);
}

function stateIn(path: string): unknown {
  const { env, ...state } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly env: Readonly<Record<string, string>>;
  };
  const compared = Object.entries(env).filter(([name]) => !NOT_COMPARED.test(name));
  return { ...state, env: Object.fromEntries(compared.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
