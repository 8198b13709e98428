/** Each word of sv that only shows, with a thousand services that have supervisors. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, linkSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeStatus } from "../../../protocol/status.ts";
import { type Outcome, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { services } from "../../support/sv-json.ts";
import { eventually } from "../../support/wait.ts";

const COUNT = 1_000;
const NAMES = Array.from({ length: COUNT }, (_, index) => `s${String(index).padStart(3, "0")}`);

/** Services that are down, as they should be. One FIFO that somebody reads proves all alive. */
function thousand(t: Cleanup): Sandbox {
  const box = sandbox(t);
  const ok = join(box.dir, "ok");
  execFileSync("mkfifo", [ok]);
  const reader = openSync(ok, constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(async () => closeSync(reader));
  const since = { seconds: Math.floor(Date.now() / 1_000), nanoseconds: 0 };
  const flags = { phase: "down", want: "down", paused: false, termSent: false } as const;
  const status = Buffer.from(encodeStatus({ ...flags, since, pid: 0 }), "latin1");
  for (const name of NAMES) {
    const dir = join(box.dir, "services", name);
    mkdirSync(join(dir, "supervise"), { recursive: true });
    writeFileSync(join(dir, "run"), "#!/bin/sh\nexec webd\n", { mode: 0o755 });
    writeFileSync(join(dir, "down"), "");
    writeFileSync(join(dir, "supervise/status"), status);
    linkSync(ok, join(dir, "supervise/ok"));
  }
  return box;
}

const envOf = (box: Sandbox) => ({ SVDIR: join(box.dir, "services") });

async function sv(box: Sandbox, line: string): Promise<Outcome> {
  return runTool(box, ours, "sv", line.split(" "), { env: envOf(box) });
}

/** How many lines have this in them. */
const linesWith = (text: string, pattern: RegExp): number =>
  text.split("\n").filter((line) => pattern.test(line)).length;

test("each word that shows handles a thousand services", improved("sv-words"), async (t) => {
  const box = thousand(t);
  for (const [line, pattern, count] of [
    ["list", /^s\d{3} +stopped .* normally down$/, COUNT],
    ["list -l", /^s\d{3} +stopped /, COUNT],
    ["list -q", /^s\d{3}$/, COUNT],
    ["list --check", /./, 0],
    ["why", /^all 1000 services are as they should be$/, 1],
    ["graph", /^s\d{3}\b/, COUNT],
    ["metrics", /^runits_service_up\{service="s\d{3}"\} 0$/, COUNT],
    ["verify", /^1000 directories: no mistakes found$/, 1],
    ["wait -w 0 down s*", /^ok: s\d{3}: stopped/, COUNT],
  ] as const) {
    const { code, stdout, stderr } = await sv(box, line);
    assert.deepEqual(
      { line, stderr, found: linesWith(stdout, pattern), code },
      { line, stderr: "", found: count, code: 0 },
    );
  }
  const found = services((await sv(box, "list --json")).stdout);
  assert.deepEqual(
    found.map(({ name }) => name),
    NAMES,
  );
});

test("logs has one line for a thousand services without a log", improved("sv-words"), async (t) => {
  const box = thousand(t);
  const [first = ""] = NAMES;
  assert.deepEqual(await sv(box, "logs"), {
    code: 99,
    stdout: "",
    stderr:
      "sv: none of the 1000 services has a log " +
      "(sv why NAME shows the output of one, or where it goes)\n",
  });
  const makeLogs = (names: readonly string[], content: string) => {
    for (const name of names) {
      mkdirSync(join(box.dir, "services", name, "log/main"), { recursive: true });
      writeFileSync(join(box.dir, "services", name, "log/main/current"), content);
    }
  };
  makeLogs([first], "one\n");
  assert.deepEqual(await sv(box, "logs"), { code: 0, stdout: "one\n", stderr: "" });
  makeLogs(NAMES, "line\n");
  const { stdout, ...rest } = await sv(box, "logs");
  assert.equal(linesWith(stdout, /^s\d{3} \| line$/), COUNT);
  assert.deepEqual(rest, { code: 0, stderr: "" });
});

test(
  "logs says in two lines that it can read none of a thousand",
  improved("sv-words"),
  async (t) => {
    const box = thousand(t);
    for (const name of NAMES) {
      // A log is no directory, so even root cannot read it.
      mkdirSync(join(box.dir, "services", name, "log/main/current"), { recursive: true });
    }
    const { code, stdout, stderr } = await sv(box, "logs");
    assert.deepEqual({ code, stdout }, { code: 99, stdout: "" });
    const [line, summary, ...more] = stderr.split("\n");
    assert.match(
      line ?? "",
      /^sv: s000: unable to read .*\/s000\/log\/main\/current: not a regular file$/,
    );
    assert.equal(
      summary,
      "sv: unable to read 999 more logs: s001, s002, s003, ... (sv logs NAME shows why)",
    );
    assert.deepEqual(more, [""]);
  },
);

test("watch shows the state of a thousand services", improved("sv-words"), async (t) => {
  const box = thousand(t);
  const watching = box.start([tool(ours, "sv"), "watch"], { env: envOf(box) });
  const shown = () => linesWith(watching.stdout(), / s\d{3} +stopped\b/);
  const look = () => (shown() === COUNT ? true : undefined);
  await eventually("a line for each service", look, () => `${shown()} lines`);
  watching.signal("SIGTERM");
  assert.equal((await watching.exit()).signal, "SIGTERM");
});
