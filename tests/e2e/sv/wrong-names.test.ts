/** The new words of sv, and names that are no services. */
import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { eventually } from "../../support/wait.ts";

const ASKED = "sv: no service wbe (did you mean web?)\n";
const LINES = [
  "list wbe",
  "list --json wbe",
  "graph wbe",
  "metrics wbe",
  "logs wbe",
  "verify wbe",
  "wait -w 0 up wbe",
  "grant --show wbe",
];

/** Two services without supervisors. */
function place(t: Cleanup): Sandbox {
  const box = sandbox(t);
  for (const name of ["db", "web"]) {
    makeService(join(box.dir, "services", name), { run: FOREVER });
  }
  return box;
}

const envOf = (box: Sandbox) => ({ SVDIR: join(box.dir, "services") });

const sv = (box: Sandbox, line: string) =>
  runTool(box, ours, "sv", line.split(" "), { env: envOf(box) });

/** Names with fewer slips come first, and a wrong letter counts more than one that is missing. */
const NAMES = ["qb5", "crash2", "crasher"];

describe("sv, and a name that is no service", improved("sv-words"), () => {
  for (const line of LINES) {
    test(`sv ${line} asks whether another service was meant`, async (t) => {
      const box = place(t);
      assert.ok((await sv(box, line)).stderr.startsWith(ASKED));
      for (const other of ["web", "mail", "./wbe"]) {
        assert.doesNotMatch((await sv(box, line.replace("wbe", other))).stderr, /mean/, other);
      }
      symlinkSync("nowhere", join(box.dir, "services/wbe"));
      assert.doesNotMatch((await sv(box, line)).stderr, /mean/, "a link that leads nowhere");
    });
  }

  const words = [
    "list",
    "list --json",
    "why",
    "graph",
    "logs",
    "verify",
    "wait up",
    "grant --show",
  ];
  for (const word of words) {
    test(`sv ${word} reports a pattern that no name matches`, async (t) => {
      const box = place(t);
      const { code, stdout, stderr } = await sv(box, `${word} zz*`);
      assert.deepEqual([code, stderr], [1, "sv: no service matches 'zz*'\n"]);
      if (word === "list --json") assert.deepEqual(JSON.parse(stdout).services, []);
      else assert.equal(stdout, "");
    });
  }

  test("all words ask after the same service", async (t) => {
    const box = place(t);
    for (const name of NAMES) makeService(join(box.dir, "services", name), { run: FOREVER });
    for (const [typed, meant] of [
      ["wbe", "web"],
      ["crashr", "crasher"],
    ] as const) {
      const question = `did you mean ${meant}?`;
      assert.ok((await sv(box, `list ${typed}`)).stderr.includes(question));
      assert.ok((await sv(box, `why ${typed}`)).stdout.includes(question));
    }
  });

  test("sv watch asks once, and watches", async (t) => {
    const box = place(t);
    const words = [tool(ours, "sv"), "watch", "wbe"];
    const watching = box.start(words, { env: envOf(box) });
    const isAsked = () => watching.stderr() === ASKED || undefined;
    await eventually("a question", isAsked, () => watching.stderr());
    makeService(join(box.dir, "services/wbe"), { run: FOREVER });
    const isSeen = () => watching.stdout().includes("unsupervised") || undefined;
    await eventually("the service", isSeen, () => watching.stdout());
    watching.signal("SIGTERM");
    await watching.exit();
    assert.equal(watching.stderr(), ASKED);
  });

  test("sv remove asks a person, and succeeds as after a removal", async (t) => {
    const box = place(t);
    const line = "ok: wbe: not linked\n";
    assert.deepEqual(await sv(box, "remove wbe"), { code: 0, stdout: line, stderr: "" });
    const typed = ["script", "-qec", `${tool(ours, "sv")} remove wbe`, "/dev/null"];
    const { code, stdout } = await run(box, typed, { env: envOf(box) });
    assert.deepEqual([code, stdout.replaceAll("\r", "")], [0, ASKED + line]);
  });

  const all = ["list", "list -q", "list --json", "why", "graph", "metrics", "verify", "logs"];
  for (const line of [...all, "list *", "graph *", "wait -w 0 up *"]) {
    test(`sv ${line} leaves out a file in the directory of services`, async (t) => {
      const box = place(t);
      const before = await sv(box, line);
      writeFileSync(join(box.dir, "services/README"), "");
      symlinkSync("README", join(box.dir, "services/link"));
      assert.deepEqual(withoutTime(await sv(box, line)), withoutTime(before));
      symlinkSync("nowhere", join(box.dir, "services/gone"));
      const { stdout, stderr } = await sv(box, line);
      if (line !== "logs") assert.match(stdout + stderr, /gone|unreadable 1$/m);
    });
  }
});

/** The answer of sv, in which nothing differs from look to look. */
function withoutTime({ code, stdout, stderr }: Awaited<ReturnType<typeof sv>>) {
  return [code, stdout.replaceAll(/\d+/g, "N"), stderr];
}
