/** sv: options, --help, and a time to wait that is not a number. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { run, runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { say, up } from "../../support/sv.ts";

describe("sv --help", improved("sv-help"), () => {
  test("sv --help prints a page with each command, and exits 0", async (t) => {
    const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", ["--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    const commands =
      "status check start stop restart try-restart reload shutdown force-stop force-restart " +
      "force-reload force-shutdown up down once exit pause cont hup alarm interrupt quit 1 2 term kill";
    for (const command of [...commands.split(" "), ...NEW_WORDS]) {
      assert.match(stdout, new RegExp(`^  (.*, )?${command}\\b`, "m"), command);
    }
    assert.ok(
      stdout.split("\n").every((line) => line.length <= 80),
      stdout,
    );
  });

  test("sv --help may follow other options", async (t) => {
    const { code, stdout } = await runTool(sandbox(t), ours, "sv", ["-v", "--help"]);
    assert.match(stdout, /^usage: sv /);
    assert.equal(code, 0);
  });

  test("sv takes --help behind the command for a service", async (t) => {
    const service = await up(t, { run: FOREVER });
    const said = await say(service, ["--", "status", "--help"]);
    assert.match(said, /^fail: --help: unable to change to service directory/);
  });
});

test("sv -V prints the version and the usage, and reads no further", async (t) => {
  for (const words of [["-V"], ["-Vz"], ["-V", "-w"], ["-vV", "status", "service"]]) {
    const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", words);
    assert.deepEqual([code, stdout], [100, ""]);
    assert.match(stderr, /^(runits \S+|\$Id: .*\$)\nusage: sv [^\n]*\n\n$/, words.join(" "));
  }
});

test("sv names --help behind the usage, to a person", improved("sv-usage-help"), async (t) => {
  const box = sandbox(t);
  for (const words of ["", "help", "-V", "-x", "lst"]) {
    const plain = await runTool(box, ours, "sv", words.split(" ").filter(Boolean));
    assert.doesNotMatch(plain.stderr, /--help/);
    const typed = ["script", "-qec", `${tool(ours, "sv")} ${words}`, "/dev/null"];
    const { code, stdout } = await run(box, typed);
    const lines = stdout.replaceAll("\r", "").split("\n");
    const at = lines.findIndex((line) => line.startsWith("usage: sv "));
    assert.match(lines[at + 1] ?? "", /^sv --help explains the commands/, words);
    assert.deepEqual([code, lines.slice(at + 2)], [100, ["", ""]]);
  }
});

test("sv --version prints the version", improved("sv-version"), async (t) => {
  const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", ["-v", "--version"]);
  assert.match(stdout, /^runits \S+\n$/);
  assert.deepEqual([code, stderr], [0, ""]);
});

test(
  "sv asks a person whether another service was meant",
  improved("sv-service-suggested"),
  async (t) => {
    const box = sandbox(t);
    const home = join(box.dir, "services");
    for (const name of ["db", "web"]) mkdirSync(join(home, name), { recursive: true });
    const env = { SVDIR: home };
    const fail = "unable to change to service directory: file does not exist";
    const asked = "sv: no service wbe (did you mean web?)\n";
    for (const word of ["start", "status", "check"]) {
      const line = `fail: wbe: ${fail} (${home}/wbe)\n`;
      const plain = await runTool(box, ours, "sv", [word, "wbe"], { env });
      assert.deepEqual(plain, { code: 1, stdout: line, stderr: "" });
      const terminal = (name: string) =>
        run(box, ["script", "-qec", `${tool(ours, "sv")} ${word} ${name}`, "/dev/null"], { env });
      const { code, stdout } = await terminal("wbe");
      assert.deepEqual([code, stdout.replaceAll("\r", "")], [1, asked + line]);
      for (const other of ["mail", "./wbe"]) {
        assert.ok(!(await terminal(other)).stdout.includes("mean"), other);
      }
    }
  },
);

describe("sv, and a long option that it does not know", improved("sv-long-options"), () => {
  const usage = "usage: sv [-v] [-w sec] command service ...\n\n";

  test("sv names a long option that it does not know, and exits 100", async (t) => {
    const service = await up(t, { run: FOREVER });
    for (const option of ["--json", "--json=1", "--"]) {
      const said = await say(service, [option, "status", "service"]);
      const refused = `sv: illegal option -- json\n${usage}100`;
      assert.equal(said, option === "--" ? "run: service: (pid N) Ns\n0" : refused);
    }
    const said = await say(service, ["--help=1"]);
    assert.equal(said, `sv: option takes no argument -- help\n${usage}100`);
  });

  test("sv sends nothing if it does not know a long option", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { pid } = service.status();
    assert.match(await say(service, ["--now", "restart", "service"]), /illegal option -- now/);
    assert.equal(service.status().pid, pid);
  });
});

describe("sv, and a time to wait that is no number", improved("sv-wait-number"), () => {
  const warned = (seconds: string, taken: number) =>
    `sv: warning: not a number of seconds: ${seconds} (taken as ${taken})\n`;

  test("sv warns about a time to wait that is not a number, and takes its first digits", async (t) => {
    const service = await up(t, { run: FOREVER });
    const status = "run: service: (pid N) Ns\n";
    for (const [seconds, taken] of [
      ["abc", 0],
      ["1x", 1],
      ["1.5", 1],
      ["-1", 0],
      ["1e3", 1],
    ] as const) {
      const told = await say(service, ["-w", seconds, "status", "service"]);
      assert.equal(told, `${status}${warned(seconds, taken)}0`);
    }
    const env = { env: { SVWAIT: "2s" } };
    assert.equal(await say(service, ["status", "service"], env), `${status}${warned("2s", 2)}0`);
    for (const seconds of ["0", "007", "7", "99999999999999999999", ""]) {
      assert.equal(await say(service, ["-w", seconds, "status", "service"]), `${status}0`);
    }
  });
});
