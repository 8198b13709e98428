/** The JSON of every word of sv that has it, for odd names and for directories that vanish. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { downServices } from "../../support/down-services.ts";
import { type Outcome, run, runTool } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { assertSarif } from "../../support/sarif.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { assertDescribed, assertStream, services } from "../../support/sv-json.ts";
import { eventually } from "../../support/wait.ts";

/** Byte strings, in the C locale's order. */
const NAMES = [
  "\x01\x7f",
  "\x1b[31mred",
  '"\\',
  "$(id)",
  "-l",
  "100%",
  "a b",
  "caf\xc3\xa9",
  "line\nbreak",
  "\xe2\x80\xae",
  "\xff\xfe",
];
/** Unknown is absent. */
const NULL = /:null\b/;

type Check = (text: string) => readonly unknown[];

const stream =
  (definition: Parameters<typeof assertStream>[0]): Check =>
  (text) => {
    assertStream(definition, text);
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
const document =
  (definition: Parameters<typeof assertDescribed>[0]): Check =>
  (text) => {
    const found = JSON.parse(text);
    assertDescribed(definition, found);
    return found.services;
  };

/** Command lines in the directory of the services, and what their output is. */
const LINES: Readonly<Record<string, readonly [line: string, check: Check]>> = {
  grant: ["grant --show --json -- *", stream("grant")],
  graph: ["graph --json", document("graph")],
  link: ["link -w 0 --json -- ../made/*", stream("outcome")],
  list: ["list --json -l", services],
  logs: ["logs --json", stream("logLine")],
  wait: ["wait -w 0 --json down -- *", stream("outcomeOfWait")],
  // It ends without its reader, who goes when there is a line for each.
  watch: [`watch --json | head -n ${NAMES.length}`, stream("change")],
  why: ["why --json -- *", document("why")],
  // The last one, because it takes them away; their supervisors do not end.
  remove: ["remove -w 0 --json -- *", stream("outcome")],
};

function shell(box: Sandbox, line: string): Promise<Outcome> {
  const command = ["bash", "-c", `cd "$SVDIR" || exit; LC_ALL=C; "$sv" ${line}`];
  const env = { SVDIR: join(box.dir, "services"), sv: tool(ours, "sv") };
  return run(box, command, { env });
}

/** The byte string of a name; `sv link` names what it links by its path. */
function nameIn(object: unknown): string {
  const { name, name_base64 } = object as Readonly<Record<string, string | undefined>>;
  assert.equal(typeof name, "string");
  const bytes =
    name_base64 === undefined ? Buffer.from(name ?? "") : Buffer.from(name_base64, "base64");
  return bytes.toString("latin1");
}

describe("the JSON of each word", improved("sv-words"), () => {
  test("is in the table, or is SARIF, or Prometheus's", () => {
    const missing = NEW_WORDS.filter((word) => LINES[word] === undefined);
    assert.deepEqual(missing, ["metrics", "verify"]);
  });

  test("has odd names as they are", async (t) => {
    const box = downServices(t, NAMES);
    for (const name of NAMES) {
      const log = join(box.dir, "made", name, "log/main");
      mkdirSync(Buffer.from(log, "latin1"), { recursive: true });
      writeFileSync(Buffer.from(join(log, "current"), "latin1"), "one\n");
    }
    for (const [line, check] of Object.values(LINES)) {
      const { stdout, stderr } = await shell(box, line);
      const names = check(stdout).map(nameIn);
      assert.deepEqual([line, ...names.sort()], [line, ...NAMES], stderr);
      assert.doesNotMatch(stdout, NULL, line);
    }
  });

  test("of verify has odd names in its addresses", async (t) => {
    const box = downServices(t, NAMES);
    for (const name of NAMES) {
      writeFileSync(Buffer.from(join(box.dir, "made", name, "run"), "latin1"), "no script");
    }
    const { stdout } = await shell(box, "verify --json");
    const found = JSON.parse(stdout);
    assertSarif(found);
    assert.ok(found.runs[0].results.length >= NAMES.length);
  });

  test("is whole while directories vanish", async (t) => {
    const box = sandbox(t);
    const dir = join(box.dir, "services");
    mkdirSync(dir);
    const churn = `while :; do for n in 1 2 3 4 5 6; do mkdir -p s$n/log/main s$n/needs s$n/supervise
      : >s$n/run; : >s$n/needs/s1; echo x >s$n/log/main/current; done
      rm -r s1 s2 s3 s4 s5 s6; done 2>/dev/null`;
    const running = box.start(["sh", "-c", `cd "$0" || exit; ${churn}`, dir]);
    const env = { SVDIR: dir };
    const words = ["s1", "s2", "s3", "s4", "s5", "s6"];
    for (let round = 0; round < 5; round += 1) {
      for (const [word, check] of [
        ["list", services],
        ["why", document("why")],
        ["graph", document("graph")],
      ] as const) {
        check((await runTool(box, ours, "sv", [word, "--json"], { env })).stdout);
        check((await runTool(box, ours, "sv", [word, "--json", ...words], { env })).stdout);
      }
      const line = ["wait", "-w", "0", "--json", "up", ...words];
      const outcome = (await runTool(box, ours, "sv", line, { env })).stdout;
      assert.equal(stream("outcomeOfWait")(outcome).length, words.length);
      assertSarif(
        JSON.parse((await runTool(box, ours, "sv", ["verify", "--json"], { env })).stdout),
      );
      const lines = (await runTool(box, ours, "sv", ["logs", "--json"], { env })).stdout;
      if (lines !== "") stream("logLine")(lines);
    }
    running.signal("SIGKILL");
    await running.exit();
  });

  test("of a stream has each object at once", async (t) => {
    const box = downServices(t, ["web"]);
    const log = join(box.dir, "made/web/log/main");
    mkdirSync(log, { recursive: true });
    writeFileSync(join(log, "current"), "one\n");
    for (const [line, definition] of [
      ["logs -f --json web", "logLine"],
      ["watch --json web", "change"],
      ["wait --json up none web", "outcomeOfWait"],
    ] as const) {
      const words = [tool(ours, "sv"), ...line.split(" ")];
      const running = box.start(words, { env: { SVDIR: join(box.dir, "services") } });
      const whole = () => (running.stdout().includes("}\n") ? true : undefined);
      await eventually(`an object of ${line}`, whole, () => running.stdout());
      assertStream(definition, running.stdout());
      running.signal("SIGTERM");
      assert.equal((await running.exit()).signal, "SIGTERM", line);
    }
  });
});
