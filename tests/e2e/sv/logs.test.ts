/** sv logs: which lines it prints, and how. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { label, makeLog, NOON_S, stamped, svLogs } from "../../support/log-tree.ts";
import { sandbox } from "../../support/sandbox.ts";
import { asRoot } from "../../support/skip.ts";
import { improved, ours, tool } from "../../support/suite.ts";

const SV = tool(ours, "sv");

/** A count of lines, from `first` on. */
const lines = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => `${first + index}\n`).join("");

describe("sv logs", improved("sv-words"), () => {
  test("prints the last ten lines, from as many files as they are in", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", {
      [`${label(1)}.s`]: lines(1, 20),
      [`${label(2)}.u`]: lines(21, 24),
      [`${label(3)}.t`]: "not whole\n",
      current: lines(25, 27),
    });
    assert.equal((await svLogs(box, ["web"])).stdout, lines(18, 27));
    assert.equal((await svLogs(box, ["-n", "5", "web"])).stdout, lines(23, 27));
    assert.equal((await svLogs(box, ["-n", "all", "web"])).stdout, lines(1, 27));
    assert.equal((await svLogs(box, ["web", "-n0"])).stdout, "");
  });

  for (const program of ["gzip", "xz", "zstd", "bzip2", "lz4"]) {
    const isMissing = spawnSync(program, ["--version"]).error !== undefined;
    test(`reads files that ${program} has compressed`, { skip: isMissing }, async (t) => {
      const box = sandbox(t);
      const input = lines(1, 100_000);
      const whole = execFileSync(program, ["-c"], { input, maxBuffer: 1e8 });
      const older = execFileSync(program, ["-c"], { input: stamped(1, 2, 3, 4) });
      makeLog(box, "web", { [`${label(9)}.s`]: whole, current: lines(100_001, 100_003) });
      makeLog(box, "db", { [`${label(9)}.s`]: older, current: stamped(10) });
      assert.equal((await svLogs(box, ["web"])).stdout, lines(99_994, 100_003));
      assert.equal((await svLogs(box, ["-n", "all", "web"])).stdout, lines(1, 100_003));
      const since = await svLogs(box, ["--since", `@${NOON_S + 3}`, "db"]);
      assert.equal(since.stdout, stamped(3, 4, 10));
    });
  }

  test("follows no link in a log directory: no logger makes one", async (t) => {
    const box = sandbox(t);
    writeFileSync(join(box.dir, "secret"), "hush\n");
    const directory = makeLog(box, "web", { [`${label(1)}.s`]: lines(1, 2) });
    symlinkSync(join(box.dir, "secret"), join(directory, `${label(2)}.s`));
    symlinkSync(join(box.dir, "secret"), join(directory, "current"));
    const { code, stdout, stderr } = await svLogs(box, ["web"]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /unable to read .*\/main\/current: not a regular file\n/);
  });

  test("reports a file that cannot be decompressed, and prints the others", async (t) => {
    const box = sandbox(t);
    const whole = execFileSync("gzip", ["-c"], { input: lines(1, 9) });
    const directory = makeLog(box, "web", {
      [`${label(1)}.s`]: whole.subarray(0, whole.length - 9),
      current: lines(10, 11),
    });
    const { code, stdout, stderr } = await svLogs(box, ["-n", "all", "web"]);
    assert.match(stderr, /sv: web: unable to read .*: gzip failed\n/);
    assert.equal(code, 1);
    assert.ok(stdout.endsWith(lines(10, 11)));
    const without = await svLogs(box, ["-n", "all", "web"], { env: { PATH: "/nonexistent" } });
    const path = `${directory}/${label(1)}.s`;
    assert.equal(without.stderr, `sv: web: unable to read ${path}: gzip is not installed\n`);
    assert.equal(without.stdout, lines(10, 11));
  });

  test("selects by time, in the zone of the user or in UTC", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { [`${label(5)}.s`]: stamped(1, 2, 3, 4), current: stamped(5, 60, 7_200) });
    const zone = { env: { TZ: "Etc/GMT-2" } };
    const select = async (...words: string[]) =>
      (await svLogs(box, [...words, "web"], zone)).stdout;
    assert.equal(await select("--since", "2026-11-28 14:00:04"), stamped(4, 5, 60, 7_200));
    assert.equal(await select("--until", "2026-11-28T14:00:04"), stamped(1, 2, 3));
    const utc = await select("--utc", "--since", "2026-11-28 12:01", "--until", "2026-11-28 13:00");
    assert.equal(utc, "2026-11-28 12:01:00.000 at 60\n");
    assert.equal(await select("--since", "2026-11-28", "-n", "2"), stamped(60, 7_200));
  });

  test("merges services by time, with their names", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { current: `${stamped(1, 4)}  at main\n${stamped(5)}` });
    makeLog(box, "database", {
      current: "2026-11-28_12:00:02.00000 two\n2026-11-28_12:00:05.1 five\n",
    });
    const web = (line: string) => `web      | ${line}\n`;
    const { stdout, code } = await svLogs(box, []);
    const expected = [
      web(`${label(1)} at 1`),
      "database | 2026-11-28_12:00:02.00000 two\n",
      web(`${label(4)} at 4`),
      web("  at main"),
      web(`${label(5)} at 5`),
      "database | 2026-11-28_12:00:05.1 five\n",
    ];
    assert.equal(stdout, expected.join(""));
    assert.equal(code, 0);
  });

  test("prints objects for programs, with the bytes of what is no UTF-8", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { current: `${label(1)} caf\xc3\xa9\nbad \xff\n` });
    const { stdout } = await svLogs(box, ["--json", "web"]);
    const objects = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const time = "2026-11-28T12:00:01.000000000Z";
    assert.deepEqual(objects, [
      { version: 1, name: "web", time, line: "café" },
      { version: 1, name: "web", line: "bad \ufffd", line_base64: "YmFkIP8=" },
    ]);
  });

  test("quotes names that could control a terminal", async (t) => {
    const box = sandbox(t);
    for (const name of ["a b", "new\nline", "esc\x1b[2J"]) makeLog(box, name, { current: "x\n" });
    const { stdout, code } = await svLogs(box, []);
    const lines = ["'a b'        | x", "$'esc\\e[2J'  | x", "$'new\\nline' | x"];
    assert.deepEqual(stdout.trimEnd().split("\n"), lines);
    assert.equal(code, 0);
  });

  test("passes every byte into a pipe", async (t) => {
    const box = sandbox(t);
    const every = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
    const directory = makeLog(box, "web", { current: `${every}\nno end` });
    const out = join(box.dir, "out");
    const script = `"$0" "$@" >'${out}'`;
    execFileSync("sh", ["-c", script, SV, "logs", "web"], { env: { SVDIR: box.dir } });
    execFileSync("cmp", [out, join(directory, "current")]);
  });

  test("quotes on a terminal what could control it, and lets colours pass", async (t) => {
    const box = sandbox(t);
    const text = `${label(1)} \x1b[31mred\nbell\x07 \x1b]0;title\x07\xff\xc2\x9b caf\xc3\xa9\ttab\n`;
    makeLog(box, "web", { current: text });
    const env = { SVDIR: box.dir, TZ: "UTC", NO_COLOR: "1", PATH: process.env.PATH ?? "" };
    const shown = (words: string) =>
      execFileSync("script", ["-qec", `stty -opost; '${SV}' logs ${words} web`, "/dev/null"], {
        env,
        encoding: "latin1",
        stdio: ["ignore", "pipe", "inherit"],
      });
    const quoted = "bell\\x07 \\e]0;title\\x07\\xff\\xc2\\x9b caf\xc3\xa9\ttab\n";
    assert.equal(shown(""), `2026-11-28 12:00:01.000 \x1b[31mred\x1b[0m\n${quoted}`);
    assert.equal(shown("--raw"), text);
  });
});

test("sv logs says on a terminal that it shows nothing", improved("sv-words"), async (t) => {
  const box = sandbox(t);
  makeLog(box, "web", { current: stamped(1) });
  makeLog(box, "db", { current: "" });
  const shown = (words: string) =>
    execFileSync("script", ["-qec", `stty -opost; '${SV}' logs ${words}`, "/dev/null"], {
      env: { SVDIR: box.dir, PATH: process.env.PATH ?? "" },
      encoding: "latin1",
      stdio: ["ignore", "pipe", "inherit"],
    });
  assert.equal(shown("db"), "sv: no lines\n");
  assert.equal(shown("--since 1s web db"), "sv: no lines of that time\n");
  assert.equal(shown("--raw web"), stamped(1));
  assert.equal((await svLogs(box, ["db"])).stderr, "");
});

describe("sv logs finds the log", improved("sv-words"), () => {
  test("in log/directory, which is a link or a list", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { current: "not asked\n" });
    mkdirSync(join(box.dir, "logs/a"), { recursive: true });
    mkdirSync(join(box.dir, "logs/b"));
    writeFileSync(join(box.dir, "logs/a/current"), stamped(1, 3));
    writeFileSync(join(box.dir, "logs/b/current"), stamped(2));
    writeFileSync(join(box.dir, "web/log/directory"), `${box.dir}/logs/a\n../../logs/b\n`);
    assert.equal((await svLogs(box, ["web"])).stdout, stamped(1, 2, 3));
    assert.equal((await svLogs(box, ["--dir", `${box.dir}/logs/b`, "web"])).stdout, stamped(2));
    mkdirSync(join(box.dir, "db/log"), { recursive: true });
    symlinkSync("../../logs/b", join(box.dir, "db/log/directory"));
    assert.equal((await svLogs(box, ["db"])).stdout, stamped(2));
  });

  test("in no case: says why, and what to do", async (t) => {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "plain"));
    mkdirSync(join(box.dir, "odd name\n/log"), { recursive: true });
    const plain = await svLogs(box, ["plain"]);
    assert.deepEqual(plain, {
      code: 1,
      stdout: "",
      stderr: "sv: plain: no log service: its output goes where runsvdir's goes\n",
    });
    const odd = await svLogs(box, ["odd name\n"]);
    const hint = `(write the directory to $'${box.dir}/odd name\\n/log/directory')`;
    assert.equal(odd.stderr, `sv: $'odd name\\n': unable to find its log ${hint}\n`);
    const none = await svLogs(box, ["nope"]);
    const missing = `there is no directory ${join(box.dir, "nope")} (sv why nope)`;
    assert.deepEqual(none, { code: 1, stdout: "", stderr: `sv: nope: ${missing}\n` });
    // Without names, services without logs are left out.
    makeLog(box, "web", { current: "line\n" });
    assert.deepEqual(await svLogs(box, []), { code: 0, stdout: "line\n", stderr: "" });
  });

  test("but may not read it", asRoot, async (t) => {
    const box = sandbox(t);
    chmodSync(box.dir, 0o755);
    const directory = makeLog(box, "web", { current: "secret\n" });
    makeLog(box, "db", { current: "open\n" });
    chmodSync(directory, 0o700);
    const { code, stdout, stderr } = await svLogs(box, ["web", "db"], { uid: 65_534 });
    assert.match(stderr, /^sv: web: unable to read .*\/web\/log\/main.*: access denied/);
    assert.equal(stdout, "db  | open\n");
    assert.equal(code, 1);
  });
});

describe("sv logs and its output", improved("sv-words"), () => {
  test("ends silently if the reader goes, and with a message on a full disk", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { current: "x".repeat(99).concat("\n").repeat(50_000) });
    const sh = (script: string) =>
      spawnSync("sh", ["-c", script, SV], {
        cwd: box.dir,
        env: { SVDIR: box.dir },
        encoding: "latin1",
      });
    const gone = sh('{ "$0" logs -n all web; echo $? >code; } | head -c 10; cat code');
    assert.equal(gone.stdout, "xxxxxxxxxx0\n");
    assert.equal(gone.stderr, "");
    const full = sh('"$0" logs -n all web >/dev/full');
    assert.equal(full.status, 1);
    assert.match(full.stderr, /unable to write to standard output: out of disk space/);
  });

  test("handles a thousand services", async (t) => {
    const box = sandbox(t);
    const names = Array.from({ length: 1_000 }, (_, index) => `s${String(index).padStart(4, "0")}`);
    for (const [index, name] of names.entries()) makeLog(box, name, { current: stamped(index) });
    const script = 'ulimit -Sn 256; "$0" logs -n 1';
    const stdout = execFileSync("sh", ["-c", script, SV], {
      env: { SVDIR: box.dir },
      encoding: "latin1",
    });
    const expected = names.map((name, index) => `${name} | ${stamped(index)}`);
    assert.equal(stdout, expected.join(""));
  });

  test("warns of a log without times, if a time is asked for", async (t) => {
    const box = sandbox(t);
    for (const name of ["db", "mail"]) makeLog(box, name, { current: lines(1, 3) });
    makeLog(box, "web", { current: stamped(1, 2) });
    const since = ["--since", `@${NOON_S + 2}`];
    const { code, stdout, stderr } = await svLogs(box, [...since, "db", "web"]);
    const reason = "have no times, so whole files count (svlogd -tt adds times)\n";
    assert.deepEqual([code, stderr], [0, `sv: warning: db: its lines ${reason}`]);
    assert.match(stdout, /^db {2}\| 1\n(.*\n)*web \| .* at 2\n$/);
    const all = await svLogs(box, since);
    assert.equal(all.stderr, `sv: warning: 2 logs (db, mail): their lines ${reason}`);
    for (const words of [["db"], [...since, "web"]]) {
      assert.equal((await svLogs(box, words)).stderr, "");
    }
  });

  test("refuses options that make no sense", async (t) => {
    const box = sandbox(t);
    for (const [words, problem] of [
      [
        ["--since", "never"],
        "not a time: never (such as 10m (ago), 14:03, today, 2026-11-28, 2026-11-28T14:03)",
      ],
      [["-n", "ten"], "not a number of lines: ten"],
      [["-f", "--until", "now"], "-f does not go with --until"],
    ] as const) {
      const { code, stderr } = await svLogs(box, words);
      assert.equal(stderr.split("\n", 1)[0], `sv logs: ${problem}`);
      assert.equal(code, 100);
    }
  });
});
