/** Programs that report what they were started with, in the place of real ones. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../../../tests/support/sandbox.ts";
import { eventually } from "../../../tests/support/wait.ts";

/** What the other supervisors add, and what a shell does. */
const NOT_COMPARED = /^(SUPERVISOR_\w+|HONCHO_PROCESS_NAME|PWD|OLDPWD|SHLVL|_)$/;

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

/** Makes the program `dump`, whose first argument is the name of its report. */
export function placeDump(box: Sandbox): void {
  writeFileSync(join(box.dir, "dump"), DUMP, { mode: 0o755 });
  chmodSync(box.dir, 0o755);
}

/**
 * What the processes of these names have reported; they report again afterwards.
 *
 * @param said for the message of a failure
 */
export async function states(
  box: Sandbox,
  processes: readonly string[],
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
