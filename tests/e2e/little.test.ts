/** Tools that are given little: a small stack, little memory, no /dev. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { cmdline, openFiles } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { testBothWays } from "../support/scan.ts";
import { originalInPlace, ours, tool } from "../support/suite.ts";
import { LogDir } from "../support/svlogd.ts";

const SVLOGD = join(ours.bin, "svlogd");
const NO_DEV = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev && exec "$@" <&-', "sh"];
const ourOwn = { skip: originalInPlace && "it needs less" };
const onLinux = { skip: process.platform !== "linux" && "a limit on data is Linux's" };
const mounts = { skip: process.getuid?.() !== 0 && "needs root, to mount" };

const shell = (before: string) => ["sh", "-c", `${before}; exec "$@"`, "sh"];
const stack = (kiB: number) => shell(`ulimit -s ${kiB}`);

describe("a small stack", { concurrency: 2 }, () => {
  testBothWays("is enough for a tree", {}, async (t, start) => {
    const log = { run: "exec svlogd main", files: { main: { directory: true } as const } };
    const web = { run: "echo hello; exec sleep 1000", log };
    const scanner = start(t, { web }, { via: stack(128) });
    const service = scanner.service("web");
    const sv = (...words: readonly string[]) =>
      run(scanner.box, [...stack(128), tool(ours, "sv"), "-w60", ...words, service.dir]);
    await service.untilRunning();
    for (const command of ["restart", "status"]) {
      const { code, stdout } = await sv(command);
      assert.equal(code, 0, stdout);
    }
    assert.deepEqual(await service.log.untilLines(2, "main/current"), ["hello", "hello"]);
    scanner.runsvdir.signal("SIGHUP");
    assert.deepEqual(await scanner.runsvdir.exit(), { code: 111, signal: null });
    assert.equal(scanner.stderr, "");
  });

  for (const kiB of [128, 256, 512, 576]) {
    test(`does not let a deep line end svlogd: ${kiB} KiB`, {
      skip: originalInPlace && "-j is ours",
    }, async (t) => {
      const box = sandbox(t);
      const log = new LogDir(join(box.dir, "log"));
      const deep = `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
      writeFileSync(join(box.dir, "lines"), `first\n${deep}\nlast\n`);
      const via = shell(`ulimit -s ${kiB}; exec <lines`);
      const { code, stderr } = await run(box, [...via, SVLOGD, "-j", "at", "log"]);
      assert.deepEqual([code, stderr], [0, ""]);
      const said = log.text().split("\n");
      assert.deepEqual(
        said.map((line) => line.replace(/^.*?(first|last|\{)/, "$1").slice(0, 5)),
        ["first", '{"a":', "last", ""],
      );
      assert.ok(!said[1]?.startsWith('{"at"'), "taken for JSON");
    });
  }
});

test("a stack that is too small for a tool is named", {
  skip: originalInPlace && "it needs less",
}, async (t) => {
  const { code, stderr } = await run(sandbox(t), [...stack(32), tool(ours, "sv"), "status", "x"]);
  assert.deepEqual([code, stderr], [111, "sv: fatal: out of stack: raise ulimit -s\n"]);
});

for (const kiB of [64, 90]) {
  for (const [name, ...options] of [["runsvdir"], ["runsvdir", "--dense"], ["runsv"]] as const) {
    const words = [name, ...options].join(" ");
    test(`${words} does not start on a stack on which it could get stuck: ${kiB} KiB`, {
      skip: originalInPlace && "it needs less",
    }, async (t) => {
      const box = sandbox(t);
      const command = [tool(ours, name), ...options, box.dir];
      const { code, stderr } = await run(box, [...stack(kiB), ...command]);
      assert.deepEqual([code, stderr], [111, `${name}: fatal: out of stack: raise ulimit -s\n`]);
    });
  }
}

describe("little memory", { ...onLinux, concurrency: 2 }, () => {
  const chpst = join(ours.bin, "chpst");
  const hardData = (kiB: number) => shell(`ulimit -d ${kiB}`);
  const data = (bytes: number) => [chpst, "-d", `${bytes}`];
  const all = (bytes: number) => [chpst, "-m", `${bytes}`];

  for (const [words, ...limits] of [
    [["chpst", "-n1", "true"], data(250_000), all(3_000_000), hardData(400)],
    [["chpst", "-e", "e", "true"], data(250_000), all(3_000_000), hardData(400)],
    [["sv", "-w1", "check", "/nowhere"], data(250_000), all(4_600_000), hardData(800)],
    [["svlogd", "log"], data(250_000), all(3_000_000), hardData(800)],
  ] as const) {
    test(`is enough for ${words.join(" ")}, as chpst(8) and svlogd(8) say`, async (t) => {
      const box = sandbox(t);
      for (const dir of ["e", "log"]) mkdirSync(join(box.dir, dir));
      const command = [join(ours.bin, words[0]), ...words.slice(1)];
      const free = await run(box, command);
      for (const limit of limits) assert.deepEqual(await run(box, [...limit, ...command]), free);
    });
  }

  test("is enough for svlogd with stamps", ourOwn, async (t) => {
    const box = sandbox(t);
    const log = new LogDir(join(box.dir, "log"));
    const lines = Array.from(
      { length: 8_000 },
      (_, index) => `${index} ${"x".repeat(index % 100)}`,
    );
    writeFileSync(join(box.dir, "lines"), lines.join("\n"));
    const command = [...data(250_000), SVLOGD, "-tt", "log"];
    const { code, stderr } = await run(box, [...shell("exec <lines"), ...command]);
    assert.deepEqual([code, stderr], [0, ""]);
    const said = log.text().split("\n").slice(0, -1);
    assert.deepEqual(
      said.map((line) => line.slice(line.indexOf(" ") + 1)),
      lines,
    );
  });

  test("holds for the program that comes next", async (t) => {
    const script = "ulimit -Sd; ulimit -Hd";
    const limit = [...shell("ulimit -d 8000"), ...data(262_144)];
    const { stdout } = await run(sandbox(t), [...limit, chpst, "-n1", "sh", "-c", script]);
    assert.equal(stdout, "256\n8000\n");
  });

  test("that does not suffice is named, in one line", ourOwn, async (t) => {
    const box = sandbox(t);
    for (let kiB = 260; kiB <= 800; kiB += 20) {
      for (const [tool, ...words] of [
        ["chpst", "true"],
        ["svlogd", "log"],
        ["runsvdir"],
      ] as const) {
        const command = [...hardData(kiB), join(ours.bin, tool), ...words];
        const { code, stderr } = await run(box, command);
        if (code === 111 && tool !== "svlogd")
          assert.match(
            stderr,
            /^[^\n]*: (?:fatal|warning): [^\n]*out of memory\n$/,
            `${tool} ${kiB}`,
          );
        assert.ok(!stderr.includes("uncaught"), stderr);
        assert.notEqual(code, null);
      }
    }
  });
});

describe("no /dev", mounts, () => {
  test("svlogd without standard input has nothing to read, and ends", async (t) => {
    const box = sandbox(t);
    const log = new LogDir(join(box.dir, "log"));
    assert.equal((await run(box, [...NO_DEV, SVLOGD, "log"])).code, 0);
    assert.equal(log.text(), "");
  });

  testBothWays(
    "a service finds closed what its supervisor was given closed",
    {},
    async (t, start) => {
      const scanner = start(t, { web: { run: "exec sleep 1000" } }, { via: NO_DEV });
      const web = scanner.service("web");
      const { pid } = await web.untilRunning();
      await web.untilTrue("exec", () => cmdline(pid)[0] === "sleep");
      const standard = [...openFiles(pid).keys()].filter((fd) => fd < 3);
      assert.deepEqual(standard.sort(), [1, 2]);
    },
  );
});
