/**
 * The words that runit's sv lacks do nothing to a service, in either suite, and neither does a word
 * that differs from one by a letter behind the first.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { run, runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER, REPORTER } from "../../support/service.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";
import { say, sv, up } from "../../support/sv.ts";

/** The word without, with another, and with one more letter at each place behind the first. */
function slipsOf(word: string): string[] {
  const slips = new Set<string>();
  for (let at = 1; at <= word.length; at += 1) {
    const [before, behind] = [word.slice(0, at), word.slice(at)];
    for (const letter of ["", "a", "d", "k", "t", "u", "x", "D"]) {
      slips.add(before + letter + behind.slice(1));
      slips.add(before + letter + behind);
    }
  }
  return [...slips];
}

const skip = debian.missing ?? false;

describe("the new words, and slips of the finger", { skip }, () => {
  for (const suite of [debian, ours]) {
    test(`of ${suite.name} do nothing to a running service`, async (t) => {
      const service = await up(t, { run: REPORTER });
      await service.untilLines(1);
      const before = service.pidFile();
      for (const word of NEW_WORDS) {
        const words = [word, ...slipsOf(word)];
        // A word that goes on for ever ends when its reader has gone.
        const script = words
          .map((one) => `"$0" '${one}' service </dev/null | head -n 1`)
          .join("\n");
        const env = { SVDIR: service.box.dir };
        await run(service.box, ["sh", "-c", script, tool(suite, "sv")], { env });
      }
      await service.untilQuiet();
      assert.equal(service.pidFile(), before);
      assert.deepEqual(service.lines(), ["start"]);
      assert.equal(service.stat(), "run");
    });
  }
});

describe("sv and a word that is no command", improved("sv-unknown-command"), () => {
  const usage = "usage: sv [-v] [-w sec] command service ...\n\n";

  test("sv names it, asks about one that it resembles, and exits 100", async (t) => {
    const service = await up(t, { run: FOREVER });
    const asked = "sv: unknown command: lst (did you mean list?)\n";
    assert.equal(await say(service, ["lst", "service"]), `${asked}${usage}100`);
    assert.equal(await say(service, ["lst"]), `${asked}${usage}100`);
    assert.equal(await say(service, ["foo\n"]), `sv: unknown command: $'foo\\n'\n${usage}100`);
    assert.equal(await say(service, []), `${usage}100`);
  });
});

describe("sv and a word of another suite", improved("sv-word-explained"), () => {
  for (const [word, hint] of Object.entries({
    enable: "enable counts as exit (did you mean sv link?)",
    tail: "tail counts as term (did you mean sv logs -f?)",
    strat: "strat counts as status (did you mean start?)",
    usr1: "usr1 counts as up",
    stat: "",
    stats: "",
    u: "",
    restart: "",
    "try-restart": "",
  })) {
    test(`sv ${word} ${hint === "" ? "needs no hint" : "says what it does"}`, async (t) => {
      const box = sandbox(t);
      const env = { SVDIR: box.dir };
      const plain = await runTool(box, ours, "sv", [word, "x"], { env });
      assert.equal(plain.stderr, "");
      const typed = ["script", "-qec", `${tool(ours, "sv")} ${word} x`, "/dev/null"];
      const { stdout } = await run(box, typed, { env });
      const shown = hint === "" ? "" : `sv: ${hint}\n`;
      assert.equal(stdout.replaceAll("\r", ""), shown + plain.stdout);
    });
  }
});

describe("the command line of a new word", improved("sv-words"), () => {
  test("options may stand before and after names, until --", async (t) => {
    const service = await up(t, { run: FOREVER });
    for (const words of [
      ["-q", "service"],
      ["service", "-q"],
      ["service", "-q", "--", "-q"],
    ]) {
      const { stdout } = await sv(service, ["list", ...words]);
      assert.equal(stdout, words.includes("--") ? "service\n-q\n" : "service\n");
    }
  });

  test("a wrong option is a usage error", async (t) => {
    const box = sandbox(t);
    const problems = {
      "-x": "illegal option -- x",
      "--foo": "illegal option -- foo",
      "--color=blue": "invalid argument for --color: blue",
      "--state=failed,up": "not a state: up \\(running, starting, .*, stale\\)",
    };
    for (const [option, problem] of Object.entries(problems)) {
      const { code, stdout, stderr } = await runTool(box, ours, "sv", ["list", option]);
      assert.deepEqual([code, stdout], [100, ""]);
      assert.match(stderr, new RegExp(`^sv list: ${problem}\\nusage: sv list .*\\n$`));
    }
  });

  for (const word of NEW_WORDS) {
    test(`sv ${word} --help prints a page, with two examples`, async (t) => {
      const { code, stdout, stderr } = await runTool(sandbox(t), ours, "sv", [word, "--help"]);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, new RegExp(`^usage: sv ${word} `));
      assert.match(stdout, new RegExp(`^Examples:\\n {2}sv ${word}.*\\n {2}sv ${word}`, "m"));
      assert.match(stdout, new RegExp(`sv-${word}\\(8\\)`));
      assert.ok(
        stdout.split("\n").every((line) => line.length <= 79),
        stdout,
      );
    });
  }

  test("an init script has no new words", async (t) => {
    const service = await up(t, { run: FOREVER });
    const { code, stderr } = await sv(service, ["list"], { argv0: "service" });
    assert.equal(code, 2);
    assert.match(stderr, /^usage: service /);
  });
});
