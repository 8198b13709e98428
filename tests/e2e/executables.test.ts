/** Which file each tool is, and which tool a process is, whatever it is called. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { cmdline, comm, executable, isAlive, statusLines } from "../support/procfs.ts";
import { run, runTool } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { scan } from "../support/scan.ts";
import { FOREVER } from "../support/service.ts";
import { originalInPlace, ours } from "../support/suite.ts";

const NOBODY = 65534;
const HELPERS = ["killall", "pidof", "start-stop-daemon"];
const LACKING =
  spawnSync("sh", [
    "-c",
    `PATH=$PATH:/usr/sbin:/sbin; command -v ${HELPERS.join(" && command -v ")}`,
  ]).status !== 0 && `needs ${HELPERS.join(", ")}`;

test("each tool is a file of its own", async () => {
  const files = ["runsvdir", "sv", "chpst", "svlogd"].map((name) => statSync(join(ours.bin, name)));
  assert.equal(new Set(files.map(({ dev, ino }) => `${dev}:${ino}`)).size, files.length);
});

test("no executable names a directory of the machine that built it", {
  skip: originalInPlace && "another build",
}, () => {
  for (const name of ["runsvdir", "sv", "chpst", "svlogd", "runit"]) {
    const bytes = readFileSync(join(ours.bin, name));
    for (const place of [process.cwd(), ".cargo/registry"]) {
      assert.ok(!bytes.includes(place), `${name} names ${place}`);
    }
  }
});

test("a process executes the file of its tool", async (t) => {
  const tree = scan(t, {
    web: { run: FOREVER, log: { run: `mkdir -p main; exec ${join(ours.bin, "svlogd")} main` } },
  });
  const web = tree.service("web");
  await web.untilRunning();
  const { pid } = await web.log.untilRunning();
  await web.untilTrue("exec", () => comm(pid) === "svlogd");
  const fileOf = (process: number) => basename(executable(process) ?? "");
  const runsv = await tree.untilRunsv("web");
  const supervisor = originalInPlace ? "runsv" : "runsvdir"; // `zygote`
  assert.deepEqual([tree.runsvdir.pid, runsv, pid].map(fileOf), ["runsvdir", supervisor, "svlogd"]);
});

test("killall, pidof and start-stop-daemon with a path reach that tool and no other", {
  skip: LACKING,
}, async (t) => {
  const bin = join(sandbox(t).dir, "bin"); // other processes of the suite must not be met
  cpSync(ours.bin, bin, { recursive: true, verbatimSymlinks: true });
  const at = (name: string) => join(bin, name);
  const suite = { ...ours, bin };
  const log = { run: `mkdir -p main; exec ${at("svlogd")} main` };
  const tree = scan(t, { web: { run: FOREVER, log } }, { suite });
  const web = tree.service("web");
  const { pid } = await web.untilRunning();
  const { pid: logger } = await web.log.untilRunning();
  await web.untilTrue("exec", () => comm(logger) === "svlogd");
  const asked = async (...command: string[]) => (await run(tree.box, command)).stdout.trim();

  assert.equal(await asked("pidof", at("svlogd")), `${logger}`);
  assert.equal(await asked("pidof", at("sv")), "");
  const found = (await asked("pidof", at("runsvdir"))).split(" ").map(Number);
  assert.ok(found.includes(tree.runsvdir.pid) && !found.includes(logger), found.join(" "));
  for (const [name, isRunning] of [
    ["svlogd", true],
    ["runsvdir", true],
    ["sv", false],
    ["chpst", false],
  ] as const) {
    const start = ["start-stop-daemon", "--start", "--test", "--exec", at(name)];
    assert.equal((await run(tree.box, start)).code, isRunning ? 1 : 0, name);
  }
  assert.equal((await run(tree.box, ["killall", "-TERM", at("svlogd")])).code, 0);
  await web.log.untilRunning(logger);
  assert.equal((await run(tree.box, ["killall", "-KILL", at("sv"), at("chpst")])).code, 1);
  assert.equal(web.status().pid, pid);
  assert.ok(isAlive(tree.runsvdir.pid));
});

test("a tool is itself under any name in its command line, and by any link", async (t) => {
  const box = sandbox(t);
  for (const [dir, argv0] of [
    ["one", "weblog"],
    ["two", "sv"],
    ["three", "runits"],
  ] as const) {
    mkdirSync(join(box.dir, dir));
    const stdio = ["pipe", "pipe", "pipe"] as const;
    const command = ["sh", "-c", 'echo hi | exec chpst -b "$@"', "sh", argv0];
    const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
    const { code } = await run(box, [...command, "svlogd", dir], { env, stdio: [...stdio] });
    assert.equal(code, 0);
    assert.equal(readFileSync(join(box.dir, dir, "current"), "utf8"), "hi\n");
  }
  mkdirSync(join(box.dir, "linked"));
  symlinkSync(join(ours.bin, "svlogd"), join(box.dir, "svlogd-web"));
  await run(box, ["sh", "-c", "echo hi | ./svlogd-web linked"]);
  assert.equal(readFileSync(join(box.dir, "linked/current"), "utf8"), "hi\n");
});

test("runsvdir under another name supervises", async (t) => {
  const tree = scan(t, { web: { run: FOREVER } }, { argv0: "runsvdir-user" });
  await tree.service("web").untilRunning();
  const { stdout } = await runTool(tree.box, ours, "sv", ["status", tree.service("web").dir]);
  assert.match(stdout, /^run: /);
});

for (const [who, uid] of [
  ["root", 0],
  ["a user without privileges", NOBODY],
] as const) {
  const skip = process.getuid?.() !== 0 && "needs root";
  test(`the command line of a runsv of ${who} is its two words`, { skip }, async (t) => {
    const prepare = (dir: string) => execFileSync("chown", ["-R", `${uid}:${uid}`, dir]);
    const tree = scan(t, { web: { run: FOREVER } }, { uid, prepare });
    await tree.service("web").untilRunning();
    const runsv = await tree.untilRunsv("web");
    assert.equal(statusLines(runsv).get("Uid")?.split("\t")[0], `${uid}`);
    assert.equal(readFileSync(`/proc/${runsv}/cmdline`, "latin1"), "runsv\0web\0");
    assert.deepEqual(cmdline(runsv), ["runsv", "web"]);
  });
}

test("the commands of the suite lie beside each other", { skip: originalInPlace }, () => {
  const fileOf = (name: string) => basename(realpathSync(join(ours.bin, name)));
  assert.equal(fileOf("runsv"), "runsvdir");
  assert.equal(fileOf("runits"), "runsvdir");
  assert.equal(fileOf("softlimit"), "chpst");
});
