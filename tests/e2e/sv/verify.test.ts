/** sv verify: each mistake is found, with its code, level and place, and can be silenced. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { RULES } from "../../../tools/sv/words/verify/rules.ts";
import { run, runTool } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { assertSarif } from "../../support/sarif.ts";
import { type Description, FOREVER, makeService, type Script } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";

const verify = (box: Sandbox, ...words: readonly string[]) =>
  runTool(box, ours, "sv", ["verify", ...words], { env: { SVDIR: join(box.dir, "services") } });
const script = (text: string, mode = 0o755): Script => ({ text, mode });

/** An executable of this machine, changed. */
function executable(change: (bytes: Buffer) => void): string {
  const bytes = readFileSync("/proc/self/exe").subarray(0, 4_096);
  change(bytes);
  return bytes.toString("latin1");
}
/** Of the executable of this machine. */
const LOADER = /\/lib[^\0]*/.exec(executable(() => {}))?.[0] ?? "";
const binary = (text: string) => (dir: string) =>
  writeFileSync(join(dir, "run"), text, { encoding: "latin1", mode: 0o755 });

interface Mistake {
  readonly made: Description;
  readonly more?: (dir: string) => void;
  /** The line, from the name of the file on. */
  readonly line: string;
}

const CANNOT = "error: cannot be executed:";
const GOOD: Description = { run: FOREVER };

/** The first line of a script whose program this machine may lack. */
const ELSEWHERE_INSTALLED = "# verify: ignore RV065 installed elsewhere\n";

/** A directory for each rule; `web` stands for its path. */
const MISTAKES: Readonly<Record<string, Mistake>> = {
  RV001: { made: { finish: "exit", log: GOOD }, line: "web: error: has no run" },
  RV002: {
    made: { ...GOOD, log: {} },
    line: "web/log: error: has no run: nothing reads what the service writes",
  },
  RV003: { made: { ...GOOD, files: { log: "" } }, line: "web/log: error: is not a directory" },
  RV004: {
    made: { ...GOOD, files: { supervise: "" } },
    line: "web/supervise: error: cannot be made or used: it is not a directory",
  },
  RV010: {
    made: { ...GOOD, finish: script("#!/bin/sh\n", 0o644) },
    line: `web/finish: ${CANNOT} access denied (not executable: chmod +x web/finish)`,
  },
  RV011: {
    made: { run: script("#!/usr/bin/bsh\n") },
    line: `web/run:1: ${CANNOT} interpreter /usr/bin/bsh: file does not exist`,
  },
  RV012: {
    made: { ...GOOD, check: script("#!/bin/sh\r\n") },
    line: `web/check:1: ${CANNOT} interpreter /bin/sh\\r: file does not exist (the #! line ends with a carriage return)`,
  },
  RV013: {
    made: { ...GOOD, control: { t: script("exit 0\n") } },
    line: `web/control/t: ${CANNOT} exec format error (no #! line)`,
  },
  RV014: {
    made: {},
    more: binary(executable((bytes) => bytes.writeUInt16LE(0x1234, 18))),
    line: `web/run: ${CANNOT} exec format error (an executable for another architecture)`,
  },
  RV016: {
    made: { run: { link: "/no/where" } },
    line: `web/run: ${CANNOT} file does not exist (a link to /no/where)`,
  },
  RV017: {
    made: { run: { directory: true } },
    line: `web/run: ${CANNOT} access denied (a directory)`,
  },
  RV018: {
    made: { ...GOOD, log: { run: script("") } },
    line: `web/log/run: ${CANNOT} exec format error (an empty file)`,
  },
  RV019: {
    made: { run: script("\ufeff#!/bin/sh\n") },
    line: `web/run: ${CANNOT} exec format error (a byte order mark before its #! line)`,
  },
  RV020: {
    made: {},
    more: binary(executable((bytes) => bytes.write("/lix", bytes.indexOf(LOADER)))),
    line: `web/run: ${CANNOT} file does not exist (its loader ${LOADER.replace("/lib", "/lix")} is missing)`,
  },
  RV030: {
    made: { ...GOOD, files: { timeout_kill: "5000" } },
    line: "web/timeout_kill: warning: means nothing: did you mean timeout-kill?",
  },
  RV031: {
    made: { ...GOOD, log: GOOD, files: { "log/timeout-kill": "5s" } },
    line: 'web/log/timeout-kill: error: "5s" is not a number of milliseconds',
  },
  RV032: {
    made: { ...GOOD, log: GOOD, files: { "keep-output": "" } },
    line: "web/keep-output: warning: means nothing beside log/, which gets the output",
  },
  RV040: {
    made: { ...GOOD, files: { "needs/db": "" } },
    line: "web/needs/db: error: there is no such service: this one never starts",
  },
  RV041: {
    made: { ...GOOD, files: { "needs/db": "" } },
    more: (dir) => makeService(join(dir, "../db"), { ...GOOD, files: { "needs/web": "" } }),
    line: "web/needs: error: web -> db -> web: none of them ever starts",
  },
  RV042: {
    made: { ...GOOD, files: { "after/db": "" } },
    more: (dir) => makeService(join(dir, "../db"), { ...GOOD, files: { "needs/web": "" } }),
    line: "web/after: warning: web -> db -> web: this order counts for nothing",
  },
  RV043: {
    made: { ...GOOD, files: { "needs/db": "" } },
    more: (dir) => makeService(join(dir, "../db"), { ...GOOD, check: "exit 0" }),
    line: "web/needs/db: warning: its ./check plays no part here without a file check-period",
  },
  RV050: {
    made: { run: script(`#!/bin/sh\n${FOREVER}\n`, 0o777) },
    line: "web/run: error: every user may write to it: chmod o-w",
  },
  RV051: {
    made: GOOD,
    more: (dir) => chmodSync(dir, 0o777),
    line: "web: error: every user may replace its files: chmod o-w",
  },
  RV060: {
    made: { run: "exec 2>&1\nwebd -c webd.conf" },
    line: "web/run:3: warning: does not exec webd: the shell stays, and gets the signals in its place",
  },
  RV061: {
    made: { run: `${ELSEWHERE_INSTALLED}exec /usr/sbin/sshd` },
    line: "web/run:3: warning: sshd goes to the background without -D",
  },
  RV062: {
    made: { run: "webd &" },
    line: "web/run:2: warning: puts webd into the background and exits",
  },
  RV063: {
    made: { run: "exec 2>&1\nexec chpst -vu root:no-such-group:no-other cat" },
    line: "web/run:3: warning: there is no group no-such-group",
  },
  RV064: {
    made: { ...GOOD, check: script("#!/usr/bin/env -S A=b no-such-ruby -w\n") },
    line: "web/check:1: warning: there is no no-such-ruby in PATH",
  },
  RV065: {
    made: { run: "exec 2>&1\nexec chpst -o 64 /no/such/webd -f" },
    line: "web/run:3: warning: there is no program /no/such/webd",
  },
  RV066: {
    made: { ...GOOD, log: { run: "exec svlogd -tt ./main" } },
    line: "web/log/run:2: warning: there is no directory ./main, and svlogd makes none",
  },
  RV068: {
    made: {
      ...GOOD,
      log: { run: "exec chpst -u nobody svlogd main", files: { "main/config": "" } },
    },
    line: "web/log/run:2: warning: user nobody may not write to main",
  },
  RV067: {
    made: { ...GOOD, finish: script("#!/bin/bash\nif true; then\n  fi fi\n") },
    line: "web/finish:3: warning: bash -n: syntax error near unexpected token `fi'",
  },
};
/** RV015 needs a mount, see below; RV021 is a race: without `run` there is RV001. */
const ELSEWHERE = ["RV015", "RV021"];

function make(box: Sandbox, { made, more }: Mistake): string {
  const dir = join(box.dir, "web");
  makeService(dir, made);
  chmodSync(dir, 0o755);
  more?.(dir);
  return dir;
}

const noText = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, ""]));

describe("sv verify", { concurrency: 4, ...improved("sv-words") }, () => {
  test("there is a directory for each rule", () => {
    const codes = RULES.map(({ code }) => code);
    assert.deepEqual(
      [...new Set([...Object.keys(MISTAKES), ...ELSEWHERE])].sort(),
      codes.toSorted(),
    );
  });

  for (const [code, mistake] of Object.entries(MISTAKES)) {
    test(`sv verify finds ${code}: ${mistake.line}`, async (t) => {
      const box = sandbox(t);
      const dir = make(box, mistake);
      const { code: exit, stdout, stderr } = await verify(box, "web/");
      const isError = mistake.line.includes(": error: ");
      const counted = `1 directory: 1 ${isError ? "error" : "warning"}`;
      assert.equal(
        stdout.replaceAll(dir, "web").replaceAll("web//", "web/"),
        `${mistake.line} [${code}]\n${counted}\n`,
      );
      assert.deepEqual([exit, stderr], [isError ? 1 : 0, ""]);
      const strict = await verify(box, "--strict", "web/");
      assert.equal(strict.code, 1);
    });
  }

  const canMount = spawnSync("unshare", ["-m", "true"]).status === 0;
  test("sv verify finds RV015", { skip: !canMount && "cannot mount" }, async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "web"), {});
    writeFileSync(join(box.dir, "run"), "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
    const mount = 'mount -t tmpfs -o noexec none web; cp run web; exec "$@"';
    const words = ["unshare", "-m", "sh", "-ec", mount, "sh", tool(ours, "sv"), "verify", "./web"];
    const { stdout, code } = await run(box, words);
    assert.equal(
      stdout,
      `./web/run: ${CANNOT} access denied (on a file system that is mounted noexec) [RV015]\n` +
        "1 directory: 1 error\n",
    );
    assert.equal(code, 1);
  });

  test("sv verify finds what is wrong beside the mode of a program", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "web"), { run: script("webd\n", 0o644) });
    makeService(join(box.dir, "db"), { run: script("#!/bin/sh\nexec sleep 1\n", 0o644) });
    const { stdout } = await verify(box, "./web", "./db");
    const mode = (name: string) =>
      `./${name}/run: ${CANNOT} access denied (not executable: chmod +x ./${name}/run) [RV010]\n`;
    const other = `./web/run: ${CANNOT} exec format error (no #! line) [RV013]\n`;
    assert.equal(stdout, `${mode("web")}${other}${mode("db")}2 directories: 3 errors\n`);
  });

  test("sv verify finds a short name with a letter too many, too few or exchanged", async (t) => {
    const box = sandbox(t);
    const misspelt = {
      accss: "access",
      afters: "after",
      chek: "check",
      dwon: "down",
      finnish: "finish",
      logs: "log",
      need: "needs",
    };
    makeService(join(box.dir, "web"), {
      ...GOOD,
      files: { ...noText(Object.keys(misspelt)), ...noText(["feeds", "dawn", "blog", "env"]) },
    });
    const { stdout } = await verify(box, "./web");
    const lines = Object.entries(misspelt).map(
      ([name, meant]) => `./web/${name}: warning: means nothing: did you mean ${meant}? [RV030]\n`,
    );
    assert.equal(stdout, `${lines.join("")}1 directory: 7 warnings\n`);
  });

  test("sv verify finds what makes no sense about readiness and rights", async (t) => {
    const box = sandbox(t);
    const number = "a number of milliseconds";
    const wrong = {
      access: ["control web\nsee web", "see web", "a grant and a group"],
      "check-restart": ["0", "0", "a number from 1 on"],
      "check-timeout": ["-5", "-5", number],
      "notification-fd": ["2", "2", "a descriptor from 3 on"],
      "notify-socket": ["yes", "yes", '"main" or "all"'],
      "timeout-ready": ["abc", "abc", number],
    } as const;
    const texts = Object.entries(wrong).map(([name, [text]]) => [name, `${text}\n`]);
    makeService(join(box.dir, "web"), {
      ...GOOD,
      files: { ...Object.fromEntries(texts), "check-period": "1000" },
    });
    makeService(join(box.dir, "db"), {
      ...GOOD,
      files: { "notify-socket": "all", "check-period": "1s", watchdog: "-1" },
    });
    makeService(join(box.dir, "good"), {
      ...GOOD,
      files: { "notify-socket": "", "check-period": "500", watchdog: "9", access: "status www\n" },
    });
    const { stdout } = await verify(box, "./web", "./db", "./good");
    const lines = Object.entries(wrong).map(
      ([name, [, shown, kind]]) => `./web/${name}: error: "${shown}" is not ${kind} [RV031]\n`,
    );
    assert.equal(
      stdout,
      `${lines.join("")}./db/check-period: error: "1s" is not ${number} [RV031]\n` +
        `./db/watchdog: error: "-1" is not ${number} [RV031]\n3 directories: 8 errors\n`,
    );
  });

  test("sv verify names a file that is to be run", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "web"), { files: { rnu: "" } });
    const { stdout } = await verify(box, "./web");
    assert.match(stdout, /^\.\/web: error: has no run, but rnu \[RV001\]\n/);
  });

  test("sv verify leaves out what a script silences", async (t) => {
    const box = sandbox(t);
    const run = "# verify: ignore RV060 webd handles its own signals\nwebd -c webd.conf";
    makeService(join(box.dir, "web"), { run });
    const { stdout, code } = await verify(box, "./web");
    assert.deepEqual([stdout, code], ["1 directory: no mistakes found\n", 0]);
  });

  test("sv verify has a shell check scripts, and executes nothing of them", async (t) => {
    const box = sandbox(t);
    const at = join(box.dir, "trace");
    const evil = join(box.dir, "sh");
    writeFileSync(evil, `#!/bin/sh\necho >>${at}\n`, { mode: 0o755 });
    const runs = { "./a": `echo >>${at}`, "./b": script(`#!${evil}\nif\n`), "./-n": "if" };
    for (const [name, run] of Object.entries(runs)) {
      makeService(join(box.dir, name), { run, finish: `: $(echo >>${at})` });
    }
    const env = { BASH_ENV: evil, ENV: evil };
    const words = ["verify", "./a", "./b", "--", "./-n"];
    const { stdout } = await runTool(box, ours, "sv", words, { env });
    assert.match(
      stdout,
      /^\.\/-n\/run:\d: warning: sh -n: .*\[RV067\]\n3 directories: 1 warning\n$/,
    );
    assert.ok(!existsSync(at), "nothing ran");
  });

  test("sv verify looks at all services, in order", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "services/web"), {});
    makeService(join(box.dir, "services/app"), { run: "app &" });
    makeService(join(box.dir, "services/db"), GOOD);
    const { stdout, code } = await verify(box);
    const at = join(box.dir, "services");
    assert.equal(
      stdout.replaceAll(at, ""),
      "/app/run:2: warning: puts app into the background and exits [RV062]\n" +
        "/web: error: has no run [RV001]\n3 directories: 1 error, 1 warning\n",
    );
    assert.equal(code, 1);
  });

  test("sv verify takes a directory of services for a mistake", async (t) => {
    const box = sandbox(t);
    for (const name of ["web", "db"]) makeService(join(box.dir, "services", name), GOOD);
    const { stdout } = await verify(box, "./services");
    const text = "has no run, but 2 of its directories have: verify those, as in DIR/*";
    assert.equal(stdout, `./services: error: ${text} [RV001]\n1 directory: 1 error\n`);
  });

  test("sv verify reports a directory that is not there", async (t) => {
    const box = sandbox(t);
    const { stdout, code } = await verify(box, "./web");
    assert.equal(stdout, "./web: error: does not exist [RV000]\n1 directory: 1 error\n");
    assert.equal(code, 1);
  });

  test("sv verify takes a name with a slash for a path, as of sources/*", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "sources/web"), GOOD);
    makeService(join(box.dir, "sources/app"), {});
    makeService(join(box.dir, "services/sources/app"), GOOD);
    const { stdout, code } = await verify(box, "sources/app", "sources/web");
    const found = "./sources/app: error: has no run [RV001]\n2 directories: 1 error\n";
    assert.deepEqual([stdout, code], [found, 1]);
  });

  test("sv verify has the number of errors also on a full disk", async (t) => {
    const box = sandbox(t);
    for (const name of ["web", "db"])
      mkdirSync(join(box.dir, "services", name), { recursive: true });
    const options = { env: { SVDIR: join(box.dir, "services") } };
    const full = (...words: readonly string[]) =>
      run(
        box,
        ["sh", "-c", '"$@" >/dev/full', "sh", tool(ours, "sv"), "verify", ...words],
        options,
      );
    assert.equal((await full()).code, 2);
    makeService(join(box.dir, "services/good"), GOOD);
    assert.equal((await full("good")).code, 1);
  });

  test("sv verify --json is SARIF", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "a b"), { run: "webd &" });
    const { stdout, code } = await verify(box, "--json", "./a b");
    const document = JSON.parse(stdout);
    assertSarif(document);
    assert.throws(() => assertSarif({ ...document, runs: [{ results: [] }] }));
    const { version, runs } = document;
    assert.deepEqual([version, code], ["2.1.0", 0]);
    const [{ tool, results }] = runs;
    assert.equal(tool.driver.rules.length, RULES.length + 1);
    const [{ ruleId, ruleIndex, ...result }] = results;
    assert.deepEqual([ruleId, tool.driver.rules[ruleIndex].id], ["RV062", "RV062"]);
    assert.deepEqual(result, {
      level: "warning",
      message: { text: "puts webd into the background and exits" },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "./a%20b/run" },
            region: { startLine: 2 },
          },
        },
      ],
    });
  });

  test("sv verify --json is SARIF also without findings, and with odd names", async (t) => {
    const box = sandbox(t);
    makeService(join(box.dir, "good"), GOOD);
    for (const name of ["\xff\xfe", "a\nb", "100%"]) {
      const dir = Buffer.from(join(box.dir, name), "latin1");
      mkdirSync(dir);
    }
    assertSarif(JSON.parse((await verify(box, "--json", "./good")).stdout));
    const script = `exec "$0" verify --json $'./\\xff\\xfe' $'./a\\nb' ./100% "$PWD/nothing"`;
    const { stdout } = await run(box, ["bash", "-c", script, tool(ours, "sv")]);
    const document = JSON.parse(stdout);
    assertSarif(document);
    assert.equal(document.runs[0].results.length, 4);
  });

  test("sv verify does nothing to the directory, and needs no right to write", async (t) => {
    const box = sandbox(t);
    const dir = join(box.dir, "services/web");
    makeService(dir, GOOD);
    mkdirSync(join(dir, "env"));
    chmodSync(dir, 0o555);
    const { stdout } = await verify(box, "web");
    assert.equal(stdout, "1 directory: no mistakes found\n");
  });
});
