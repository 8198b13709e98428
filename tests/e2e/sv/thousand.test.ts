/** Each word of sv that only shows, with a thousand services that have supervisors. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { downServices, numberedNames } from "../../support/down-services.ts";
import { type Outcome, runTool } from "../../support/run.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { services } from "../../support/sv-json.ts";
import { eventually } from "../../support/wait.ts";

const COUNT = 1_000;
const NAMES = numberedNames(COUNT);

const envOf = (box: Sandbox) => ({ SVDIR: join(box.dir, "services") });

async function sv(box: Sandbox, line: string): Promise<Outcome> {
  return runTool(box, ours, "sv", line.split(" "), { env: envOf(box) });
}

/** How many lines have this in them. */
const linesWith = (text: string, pattern: RegExp): number =>
  text.split("\n").filter((line) => pattern.test(line)).length;

test("each word that shows handles a thousand services", improved("sv-words"), async (t) => {
  const box = downServices(t, NAMES);
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
  const box = downServices(t, NAMES);
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
    const box = downServices(t, NAMES);
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
  const box = downServices(t, NAMES);
  const watching = box.start([tool(ours, "sv"), "watch"], { env: envOf(box) });
  const shown = () => linesWith(watching.stdout(), / s\d{3} +stopped\b/);
  const look = () => (shown() === COUNT ? true : undefined);
  await eventually("a line for each service", look, () => `${shown()} lines`);
  watching.signal("SIGTERM");
  assert.equal((await watching.exit()).signal, "SIGTERM");
});
