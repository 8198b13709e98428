import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../tests/support/fast-check.ts";
import { DEFAULTS, parseConfig, type Settings } from "./config.ts";

const parse = (text: string) => parseConfig(text, "log/config");
const settings = (text: string): Settings => parse(text).settings;

test("each line is a setting, and a later one overrides an earlier one", () => {
  const { settings: read, problems } = parse(
    "# a comment\n\ns5\ns10k\nn3\nN2\nt2h\n!gzip\n!\npweb: \np\n \n-*\n+*x*\ne*y*\nE\n",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(read, {
    ...DEFAULTS,
    sizeMax: 10_240,
    keep: 3,
    keepLeast: 2,
    ageS: 7_200,
    processor: "gzip",
    prefix: "web: ",
    rules: [
      { kind: "-", pattern: "*" },
      { kind: "+", pattern: "*x*" },
      { kind: "e", pattern: "*y*" },
      { kind: "E", pattern: "" },
    ],
  });
});

test("sizes and times have units, and text after a blank is a comment", () => {
  const sizes = ["s0", "s7", "s1k", "s2m", "s2M", "s1g", "s5\r", "s1k # ten"];
  assert.deepEqual(
    sizes.map((line) => settings(`${line}\n`).sizeMax),
    [0, 7, 1_024, 2_097_152, 2_097_152, 1_073_741_824, 5, 1_024],
  );
  const times = ["t90", "t5s", "t2m", "t3h", "t1d", "t1h a day"];
  assert.deepEqual(
    times.map((line) => settings(`${line}\n`).ageS),
    [90, 5, 120, 10_800, 86_400, 3_600],
  );
});

test("a line that is not understood is ignored, and the warning names it", () => {
  const lines = ["s1K", "s", "s10kb", "s-1", "t1w", "nfoo", "N3k", "keep 30", " n3", "\xff\t"];
  const { settings: read, problems } = parse(`n7\n${lines.join("\n")}\n`);
  assert.deepEqual(read, { ...DEFAULTS, keep: 7 });
  assert.deepEqual(
    problems,
    [...lines.slice(0, -1), "??"].map((line, index) => `log/config:${index + 2}: ignored: ${line}`),
  );
});

test("a file that is not a config gets a few warnings only", () => {
  const { problems } = parse(`${"x".repeat(200)}\n`.repeat(1_000));
  assert.equal(problems.length, 11);
  assert.equal(problems[0], `log/config:1: ignored: ${"x".repeat(80)}...`);
  assert.equal(problems.at(-1), "log/config: ignored: 990 more lines");
});

test("a last line without a newline counts, unless it is a single character", () => {
  assert.equal(settings("n3\ns7").sizeMax, 7);
  assert.deepEqual(settings("n3\n-").rules, []);
  assert.deepEqual(settings("-").rules, []);
  assert.deepEqual(settings("-\n").rules, [{ kind: "-", pattern: "" }]);
});

test("a line ends at a NUL", () => {
  const { prefix, rules } = settings("pa\0b\n-a\0b\n\0-\n");
  assert.deepEqual([prefix, rules], ["a", [{ kind: "-", pattern: "a" }]]);
});

test("an address for UDP is read, and a wrong one is reported", () => {
  const address = 0x0102_03ff;
  assert.deepEqual(settings("u1.2.3.255\n").target, { address, port: 514 });
  assert.deepEqual(settings("U1.2.3.255:9\n").target, { address, port: 9 });
  assert.equal(settings("U1.2.3.255:9\n").targetOnly, true);
  const wrong = ["", "1.2.3", "1.2.3.256", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "localhost"];
  for (const rest of wrong) {
    const { settings: read, problems } = parse(`U${rest}\nn1\n`);
    assert.equal(read.target, undefined, rest);
    assert.equal(read.targetOnly, false, "lines still go to the file");
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^unable to scan (ip address|port number): /);
  }
});

test("any text yields settings", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const { sizeMax, ageS, keep } = settings(text);
      assert.ok(sizeMax >= 0 && ageS >= 0 && keep >= 0);
    }),
  );
});
