/**
 * What holds for each new word of sv: rights, odd names, a full disk, a reader that has gone, and
 * services that vanish.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { type Outcome, run } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { asRoot, both } from "../../support/skip.ts";
import { improved, ours, tool } from "../../support/suite.ts";

type Word = (typeof NEW_WORDS)[number];

/** Command lines that print something of the service web, which has no supervisor. */
const LINES: Readonly<Record<Word, readonly string[]>> = {
  grant: ["grant --show web"],
  graph: ["graph", "graph --dot", "graph --json"],
  link: ["link -w 0 ../sources/new", "link -w 0 ../sources/new --json"],
  list: ["list", "list --json", "list -q", "list -0", "list -l", "list --check"],
  logs: ["logs web", "logs --json web", "logs --raw web"],
  metrics: ["metrics"],
  remove: ["remove nothing", "remove nothing --json"],
  verify: ["verify", "verify --json"],
  wait: ["wait -w 0 up web", "wait -w 0 up web --json"],
  watch: ["watch", "watch --json"],
  why: ["why", "why --json"],
};
const ALL = NEW_WORDS.flatMap((word) => LINES[word]);
/** Look at all services, and end by themselves. */
const OF_ALL = [
  "list",
  "list -l",
  "list --json",
  "why",
  "why --json",
  "graph",
  "metrics",
  "verify",
];

const NAMES = ["a b", "line\nbreak", "\x1b[31mred", "\xff\xfe", "caf\xc3\xa9", "-l", "$(id)"];
const CONTROL = /(?!\n)\p{Cc}/u;
/** What an exception that nobody expected leaves on standard error. */
const TRACE = /Error\b|\n\s+at |\.ts:\d/;

function place(t: Cleanup, names: readonly string[] = ["web"]): Sandbox {
  const box = sandbox(t);
  chmodSync(box.dir, 0o755);
  for (const name of [...names.map((name) => `services/${name}`), "sources/new"]) {
    const dir = Buffer.from(join(box.dir, name, "log/main"), "latin1");
    mkdirSync(dir, { recursive: true });
    const file = (path: string) => Buffer.from(join(box.dir, name, path), "latin1");
    writeFileSync(file("run"), "#!/bin/sh\nwebd &\n", { mode: 0o755 });
    writeFileSync(file("log/main/current"), "one\n\x1b[2Jtwo\n");
  }
  return box;
}

/** Runs a line of the shell in the directory of the services; `$sv` is sv. */
function shell(box: Sandbox, line: string, uid?: number): Promise<Outcome> {
  const dir = join(box.dir, "services");
  const env = { SVDIR: dir, SVSOURCE: join(box.dir, "sources"), sv: tool(ours, "sv"), TZ: "UTC" };
  const command = ["bash", "-c", `cd "$SVDIR" || exit; ${line}`];
  return run(box, command, { env, ...(uid === undefined ? {} : { uid }) });
}

describe("each new word of sv", improved("sv-words"), () => {
  for (const line of ALL) {
    test(`${line} reports a full disk, and ends silently without a reader`, async (t) => {
      const box = place(t);
      const full = await shell(box, `"$sv" ${line} </dev/null >/dev/full`);
      assert.match(
        full.stderr,
        /^(sv: .*\n)*sv: fatal: unable to write to standard output: out of disk space\n$/,
      );
      assert.ok(full.code !== null && full.code >= 1 && full.code <= 99, `${full.code}`);
      // The reader has gone before the first byte is written.
      const gone = `exec 3> >(:); wait $!; "$sv" ${line} </dev/null >&3; echo "code $?" >&2`;
      const closed = await shell(box, gone);
      assert.match(closed.stderr, /^(sv: .*\n)*code 0\n$/);
    });
  }

  test("shows odd names so that they control no terminal, and takes them as they are", async (t) => {
    const box = place(t, NAMES);
    for (const line of OF_ALL) {
      const { code, stdout, stderr } = await shell(box, `"$sv" ${line} </dev/null`);
      assert.ok(code !== null && code <= 99, `${line}: ${code}: ${stderr}`);
      assert.doesNotMatch(stderr, TRACE, line);
      // Metrics are not for a terminal, and their format knows no other escapes.
      if (line !== "metrics") assert.doesNotMatch(stdout + stderr, CONTROL, line);
    }
    const quoted = `"$sv" list -0 | while IFS= read -r -d '' name; do printf '%s\\n' "$name" |
      cat -v; "$sv" wait -w 0 down -- "$name" >&2; done`;
    const { stderr } = await shell(box, quoted);
    assert.doesNotMatch(stderr, TRACE);
    assert.doesNotMatch(stderr, CONTROL);
    assert.equal(stderr.split("\n").length - 1, NAMES.length);
  });

  test("survives whatever the files in supervise/ hold", async (t) => {
    const contents = { junk: "x".repeat(20), long: "7".repeat(300), none: "\0".repeat(300) };
    const box = place(t, Object.keys(contents));
    for (const [name, content] of Object.entries(contents)) {
      const dir = join(box.dir, "services", name, "supervise");
      mkdirSync(dir);
      for (const file of ["status", "stat", "pid", "lock"]) writeFileSync(join(dir, file), content);
    }
    for (const line of [...OF_ALL, "logs junk", "logs long", "logs none"]) {
      const { code, stderr } = await shell(box, `"$sv" ${line} </dev/null`);
      assert.ok(code !== null && code <= 99, `${line}: ${code}: ${stderr}`);
      assert.doesNotMatch(stderr, TRACE, line);
    }
  });

  test(
    "names what a user without rights may not read, and shows the rest",
    both(improved("sv-words"), asRoot),
    async (t) => {
      const box = place(t, ["web", "db"]);
      mkdirSync(join(box.dir, "services/web/supervise"), { mode: 0o700 });
      for (const line of ALL) {
        if (line.startsWith("watch")) continue; // goes on for ever
        const { code, stdout, stderr } = await shell(box, `"$sv" ${line} </dev/null`, 65_534);
        assert.ok(code !== null && code <= 99, `${line}: ${code}`);
        assert.doesNotMatch(stderr, TRACE, line);
        const mustName = /^(list|list --json|why|why --json|link .*)$/.test(line);
        if (mustName) assert.match(stdout + stderr, /access denied|permission denied/, line);
      }
    },
  );

  test("survives services that come and go", async (t) => {
    const box = place(t, []);
    mkdirSync(join(box.dir, "services"));
    const churn = `while :; do for n in 1 2 3 4 5 6; do mkdir -p s$n/log s$n/needs s$n/supervise
      : >s$n/run; : >s$n/needs/s1; done; rm -r s1 s2 s3 s4 s5 s6; done 2>/dev/null`;
    const running = box.start(["sh", "-c", `cd "$0" || exit; ${churn}`, join(box.dir, "services")]);
    for (const line of OF_ALL) {
      const looks = `for i in 1 2 3; do "$sv" ${line} >/dev/null || [ $? -lt 100 ] || exit 1; done`;
      const { code, stderr } = await shell(box, looks);
      assert.equal(code, 0, `${line}: ${stderr}`);
      assert.doesNotMatch(stderr, TRACE, line);
    }
    running.signal("SIGKILL");
    await running.exit();
  });

  test("says that there is nothing, if there are no services", async (t) => {
    const box = place(t, []);
    mkdirSync(join(box.dir, "services"));
    const others = ["verify", "list --json", "graph --json", "graph --dot", "logs --json"];
    for (const line of ["list", "why", "graph", "logs", ...others]) {
      const { code, stdout, stderr } = await shell(box, `"$sv" ${line}`);
      const text = `no services in ${join(box.dir, "services")}\n`;
      assert.equal(code, 0, line);
      if (line === "why") assert.equal(stdout, text);
      else assert.equal(stderr, others.includes(line) ? "" : `sv: ${text}`, line);
    }
  });
});
