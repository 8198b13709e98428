import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DEFAULTS, parseConfig, type Settings } from "./config.ts";

const settings = (text: string): Settings => parseConfig(text).settings;

test("reads a setting from each line, the later the stronger", () => {
  const { settings: read, problems } = parseConfig(
    "# a comment\n\ns5\ns10k\nn3\nN2\nt2h\n!gzip\n!\npweb: \np\nzzz\n-*\n+*x*\ne*y*\nE\n",
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

test("knows units in lower case only", () => {
  assert.deepEqual(
    ["s1k", "s2m", "s1K", "s", "sx", "t90", "t2m", "t1d"].map((line) => {
      const { sizeMax, ageS } = settings(`${line}\n`);
      return line.startsWith("s") ? sizeMax : ageS;
    }),
    [1_024, 2_097_152, 1, 0, 0, 90, 120, 1],
  );
});

test("takes a last line without a newline, unless it is a single character", () => {
  assert.equal(settings("n3\ns7").sizeMax, 7);
  assert.deepEqual(settings("n3\n-").rules, []);
  assert.deepEqual(settings("-").rules, []);
  assert.deepEqual(settings("-\n").rules, [{ kind: "-", pattern: "" }]);
});

test("ends a line at a NUL", () => {
  const { prefix, rules } = settings("pa\0b\n-a\0b\n\0-\n");
  assert.deepEqual([prefix, rules], ["a", [{ kind: "-", pattern: "a" }]]);
});

test("reads where datagrams go, and says what is wrong with it", () => {
  const address = 0x0102_03ff;
  assert.deepEqual(settings("u1.2.3.255\n").target, { address, port: 514 });
  assert.deepEqual(settings("U1.2.3.255:9\n").target, { address, port: 9 });
  assert.equal(settings("U1.2.3.255:9\n").targetOnly, true);
  const wrong = ["", "1.2.3", "1.2.3.256", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "localhost"];
  for (const rest of wrong) {
    const { settings: read, problems } = parseConfig(`U${rest}\nn1\n`);
    assert.equal(read.target, undefined, rest);
    assert.equal(read.targetOnly, false, "lines still go to the file");
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^unable to scan (ip address|port number): /);
  }
});

test("whatever is in the file, settings come of it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      const { sizeMax, ageS, keep } = settings(text);
      assert.ok(sizeMax >= 0 && ageS >= 0 && keep >= 0);
    }),
  );
});
