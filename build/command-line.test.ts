import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { commandLine, noWords } from "./command-line.ts";
import { inRoot, ROOT } from "./paths.ts";

const USAGE = "usage: npm run make [-- OPTION...]\n\nMakes.\n";

describe("the words of a script", () => {
  const options = { only: { type: "string" }, quick: { type: "boolean" } } as const;

  test("the words of a script give options and operands", () => {
    const accepted = { usage: USAGE, options, takesOperands: true };
    const { values, positionals } = commandLine(accepted, ["--only", "x", "one", "--quick"]);
    assert.deepEqual({ ...values }, { only: "x", quick: true });
    assert.deepEqual(positionals, ["one"]);
  });

  test("the words of a script that it does not know are refused with its page", () => {
    const accepted = { usage: USAGE, options, takesOperands: false };
    for (const [words, problem] of [
      [["--fast"], /unknown option '--fast'/],
      [["more"], /unexpected argument 'more'/],
      [["--only"], /'--only <value>' argument missing/],
    ] as const) {
      const message = new RegExp(
        `^make: .*${problem.source}.*\n${USAGE.trimEnd().replace(/[.[]/g, "\\$&")}$`,
      );
      assert.throws(() => commandLine(accepted, words), { message });
    }
    assert.throws(() => noWords(USAGE, ["more"]), /unexpected argument 'more'/);
  });
});

describe("npm run", () => {
  const { scripts } = JSON.parse(readFileSync(inRoot("package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  /** The others call several programs, or pass their words to one that is not ours. */
  const own = Object.entries(scripts).filter(
    ([, command]) => /\btsx /.test(command) && !/&&|build\/cargo/.test(command),
  );

  test("npm run has scripts of ours", () => {
    assert.ok(own.length > 10, `${own.length}`);
  });

  for (const [name, command] of own) {
    test(`npm run ${name} -- --help prints a page, and does nothing else`, () => {
      const words = command.slice(command.indexOf("tsx ") + "tsx ".length).split(" ");
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ["--import", "tsx", ...words, "--help"],
        { cwd: ROOT, encoding: "utf8" },
      );
      assert.equal(stderr, "");
      assert.match(stdout, /^usage: npm /);
      assert.ok(!stdout.includes("bundle"));
      assert.equal(status, 0);
    });
  }
});
