/**
 * Each command of sv, runit's too, whose output goes to a full disk or into a pipe without a
 * reader: with no services, with one, and with a thousand.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS, RUNIT_WORDS } from "../../../tools/sv/words/names.ts";
import { downServices, numberedNames } from "../../support/down-services.ts";
import { type Outcome, run } from "../../support/run.ts";
import type { Sandbox } from "../../support/sandbox.ts";
import { improved, ours, tool } from "../../support/suite.ts";

const FAILURES_MAX = 99;

/** They end when their reader has gone. */
const GO_ON = ["watch", "watch --json"];

/** For each word the words of the shell; `"$@"` are the services. The last one removes them. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(RUNIT_WORDS.map((word) => [word, [`-w 0 ${word} "$@"`]])),
  grant: ['grant --show "$@"', 'grant --show --json "$@"'],
  graph: ["graph", "graph --dot", "graph --json"],
  list: ["list", "list --json", "list -q", "list -0", "list -l"],
  logs: ["logs", "logs --json"],
  metrics: ["metrics"],
  verify: ["verify", "verify --json"],
  wait: ['wait -w 0 down "$@"', 'wait -w 0 up "$@"', 'wait -w 0 down --json "$@"'],
  watch: GO_ON,
  why: ["why", 'why "$@"', "why --json"],
  link: ["link -w 0 ../made/*", "link -w 0 --json ../made/*"],
  remove: ['remove -w 0 "$@"', 'remove -w 0 --json "$@"'],
};
/** They print a page, whatever the services. */
const PAGES = [
  "--help",
  "--version",
  ...["bash", "zsh", "fish"].map((shell) => `--completion ${shell}`),
  ...NEW_WORDS.map((word) => `${word} --help`),
];
const FULL = "sv: fatal: unable to write to standard output: out of disk space\n";

/** In the order of the table. */
const linesOf = (words: readonly string[]) =>
  Object.entries(LINES).flatMap(([word, lines]) => (words.includes(word) ? lines : []));

/** Runs a line of the shell in the directory of the services; `$sv` is sv. */
function shell(box: Sandbox, line: string, names: readonly string[]): Promise<Outcome> {
  const dir = join(box.dir, "services");
  const command = [
    "bash",
    "-c",
    `shopt -s nullglob; cd "$SVDIR" || exit; ${line}`,
    "bash",
    ...names,
  ];
  return run(box, command, { env: { SVDIR: dir, sv: tool(ours, "sv") } });
}

/** What sv does with its output discarded, on a full disk, and without a reader. */
async function outcomes(box: Sandbox, line: string, names: readonly string[]) {
  // The reader has gone before the first byte is written.
  const gone = `exec 3> >(:); wait $!; "$sv" ${line} >&3`;
  return {
    plain: GO_ON.includes(line) ? undefined : await shell(box, `"$sv" ${line}`, names),
    full: () => shell(box, `"$sv" ${line} >/dev/full`, names),
    closed: await shell(box, gone, names),
  };
}

describe("output that cannot be written", improved("sv-words"), () => {
  test("each command is in the table", () => {
    const missing = [...RUNIT_WORDS, ...NEW_WORDS].filter((word) => LINES[word] === undefined);
    assert.deepEqual(missing, []);
  });

  for (const count of [0, 1, 1_000]) {
    const names = numberedNames(count);

    test(`of a command of runit, for ${count} services, counts as a failure`, async (t) => {
      const box = downServices(t, names);
      for (const line of linesOf(RUNIT_WORDS)) {
        const { plain, full, closed } = await outcomes(box, line, names);
        assert.ok(plain !== undefined);
        const unwritten = plain.stdout === "" ? 0 : 1;
        const code = Math.min(FAILURES_MAX, (plain.code ?? 0) + unwritten);
        const expected = count === 0 ? plain : { code, stdout: "", stderr: "" };
        assert.deepEqual({ line, ...(await full()) }, { line, ...expected });
        assert.deepEqual({ line, ...closed }, { line, ...expected });
        assert.equal(plain.stdout === "", count === 0, line);
      }
    });

    test(`of a new word, for ${count} services, is reported, or ends it silently`, async (t) => {
      const box = downServices(t, names);
      for (const line of linesOf(NEW_WORDS)) {
        const { plain, full, closed } = await outcomes(box, line, names);
        if (plain === undefined ? count === 0 : plain.stdout === "") {
          // Only a word that goes on notices that nobody would read what it does not write.
          const notice = `sv: no services in ${box.dir}/services\n`;
          if (plain === undefined)
            assert.deepEqual([closed.code, closed.stderr], [0, notice], line);
          else assert.deepEqual([line, closed, await full()], [line, plain, plain]);
          continue;
        }
        const { code, stderr } = await full();
        assert.ok(stderr.endsWith(FULL), `${line}: ${stderr}`);
        assert.equal(stderr.indexOf(FULL), stderr.length - FULL.length, `${line}: ${stderr}`);
        assert.ok(code !== null && code >= 1 && code <= FAILURES_MAX, `${line}: ${code}`);
        assert.deepEqual({ line, ...closed }, { line, code: 0, stdout: "", stderr: "" });
      }
    });
  }

  for (const line of PAGES) {
    test(`of sv ${line} is reported, or ends it silently`, async (t) => {
      const { plain, full, closed } = await outcomes(downServices(t, []), line, []);
      assert.deepEqual([plain?.code, plain?.stderr], [0, ""]);
      const { code, stderr } = await full();
      assert.deepEqual([code, stderr], [1, FULL]);
      assert.deepEqual(closed, { code: 0, stdout: "", stderr: "" });
    });
  }
});
