/** sv: the memory and the processor time of services that have a cgroup of their own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mounted } from "../../support/mounted.ts";
import { type Outcome, run } from "../../support/run.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { asRoot, both, withPrograms } from "../../support/skip.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { services } from "../../support/sv-json.ts";
import { replace } from "../../support/takeover.ts";
import { eventually } from "../../support/wait.ts";

/** The hierarchy of the second version, wherever it is mounted. */
const HIERARCHY = readFileSync("/proc/self/mounts", "latin1")
  .split("\n")
  .map((line) => line.split(" "))
  .find(([, , type]) => type === "cgroup2")?.[1];
const skip = both(improved("sv-words"), asRoot, withPrograms("unshare", "mount"), {
  skip: !isWritable(HIERARCHY) && "no cgroup2 that can be written",
});
const MEMORY = 123_456_789;

type Cleanup = Parameters<typeof scan>[0];

const cgroup = () => mkdtempSync(join(HIERARCHY ?? "", "runits-test-"));

function isWritable(path: string | undefined): boolean {
  try {
    accessSync(path ?? "", constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Removes a cgroup after its processes, which end with the sandbox that exists already. */
function removeLater(t: Cleanup, dir: string): void {
  const remove = () => {
    try {
      rmdirSync(dir);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EBUSY"
        ? undefined
        : assert.fail(`${error}`);
    }
  };
  t.after(async () => {
    await eventually("an empty cgroup", remove, () =>
      readFileSync(`${dir}/cgroup.procs`, "latin1"),
    );
  });
}

/** A script that enters the cgroup, and goes on for ever. */
const entering = (dir: string) => `echo $$ >'${dir}/cgroup.procs' || exit; ${FOREVER}`;

/** The path in /proc/PID/cgroup. */
function pathOf(pid: number | string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "latin1").split("\n");
  return lines.find((line) => line.startsWith("0::"))?.slice(3) ?? "";
}

/** Files in place of /sys/fs/cgroup, which here may lack the controllers. */
function files(paths: readonly string[]): readonly string[] {
  const cgroups = [...paths, pathOf("self")].map((path) => {
    const pids = readFileSync(join(HIERARCHY ?? "", path, "cgroup.procs"), "latin1");
    return `mkdir -p '.${path}'
      echo ${MEMORY} >'.${path}/memory.current'
      printf 'usage_usec 12500000\\nuser_usec 1\\n' >'.${path}/cpu.stat'
      echo '${pids.trim()}' >'.${path}/cgroup.procs'`;
  });
  const mount = "mount -t tmpfs none /sys/fs/cgroup; cd /sys/fs/cgroup; echo >cgroup.controllers";
  return mounted([mount, ...cgroups, "cd /"].join("\n"));
}

function sv(
  { box }: { readonly box: Sandbox },
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  paths: readonly string[],
): Promise<Outcome> {
  return run(box, [...files(paths), tool(ours, "sv"), ...words], { env });
}

describe("a cgroup of its own", skip, () => {
  test("is where sv finds the memory and the processor time of a service", async (t) => {
    const dir = cgroup();
    const found = scan(t, { web: { run: entering(dir) }, db: { run: FOREVER } });
    removeLater(t, dir);
    for (const name of ["web", "db"]) await found.service(name).untilRunning();
    const { pid } = found.service("web").status();
    const moved = () => pathOf(pid) !== pathOf("self");
    await found.service("web").untilTrue("the cgroup", moved);
    const env = { SVDIR: found.services };
    const paths = [pathOf(pid)];

    const [db, web] = services((await sv(found, ["list", "--json"], env, paths)).stdout);
    assert.deepEqual([db?.cgroup_memory_bytes, db?.cgroup_cpu_seconds], [undefined, undefined]);
    assert.deepEqual([web?.cgroup_memory_bytes, web?.cgroup_cpu_seconds], [MEMORY, 12.5]);
    assert.ok(Number(web?.resident_bytes) < MEMORY);

    const table = (await sv(found, ["list"], env, paths)).stdout;
    assert.match(table, /^web .* 118M/m);
    assert.doesNotMatch(table, /^db .* 118M/m);

    const { stdout } = await sv(found, ["metrics"], env, paths);
    assert.match(stdout, /^runits_service_resident_memory_bytes\{service="web"\} 123456789$/m);
    assert.match(stdout, /^runits_service_cpu_seconds_total\{service="web"\} 12\.5$/m);
    assert.doesNotMatch(stdout, /\{service="db"\} (123456789|12\.5)$/m);
  });

  test("is none if a supervisor that was killed is there too", async (t) => {
    // Its parent is now in another cgroup.
    const dir = cgroup();
    const via = ["sh", "-c", `echo $$ >'${dir}/cgroup.procs' && exec "$@"`, "sh"];
    const first = supervise(t, { run: FOREVER }, { via });
    removeLater(t, dir);
    await first.untilRunning();
    const { pid } = first.status();
    const paths = [pathOf(pid)];
    const look = async () => {
      const json = (await sv(first, ["list", "--json", first.dir], {}, paths)).stdout;
      return services(json)[0]?.cgroup_memory_bytes;
    };
    assert.equal(await look(), undefined);
    const second = await replace(first);
    assert.equal(second.status().pid, pid);
    assert.equal(await look(), MEMORY); // the new supervisor is elsewhere
    execFileSync("sh", ["-c", `echo ${second.runsv.pid} >'${dir}/cgroup.procs'`]);
    assert.equal(await look(), undefined);
  });

  test("costs no file for each of the services without one", withPrograms("strace"), async (t) => {
    const opened = async (found: Scan, count: number) => {
      const file = join(found.box.dir, "calls");
      const names = Array.from({ length: count }, (_, index) => `s${index}`);
      const words = ["strace", "-e", "trace=openat,open", "-o", file, tool(ours, "sv")];
      const env = { SVDIR: found.services };
      const command = [...files([]), ...words, "list", "--json", ...names];
      services((await run(found.box, command, { env })).stdout);
      return readFileSync(file, "latin1")
        .split("\n")
        .filter((line) => line.includes("cgroup"));
    };
    const names = ["s0", "s1", "s2", "s3", "s4"];
    const found = scan(t, Object.fromEntries(names.map((name) => [name, { run: FOREVER }])));
    for (const name of names) await found.service(name).untilRunning();
    const [one, five] = [await opened(found, 1), await opened(found, 5)];
    assert.equal(one.length, 4, one.join("\n"));
    assert.equal(five.length, 4, five.join("\n"));
  });
});
