import assert from "node:assert/strict";
import { test } from "node:test";
import { baseName, leadingNumber, longOptions, parseOptions } from "./options.ts";

const read = (...words: string[]) => parseOptions(words, "vw:");

test("takes letters one by one, clustered, and with their argument in the word or after it", () => {
  const v = { name: "v", argument: "" };
  assert.deepEqual(read("-v", "x"), { ok: true, options: [v], operands: ["x"], isEnded: false });
  for (const words of [["-vw3"], ["-v", "-w3"], ["-v", "-w", "3"], ["-vw", "3"]]) {
    const options = [v, { name: "w", argument: "3" }];
    const expected = { ok: true, options, operands: ["up"], isEnded: false };
    assert.deepEqual(read(...words, "up"), expected);
  }
});

test("ends the options at --, at a lone - and at any other word", () => {
  const line = { ok: true, options: [] };
  assert.deepEqual(read("--", "-v"), { ...line, operands: ["-v"], isEnded: true });
  assert.deepEqual(read("--verbose", "-v"), { ...line, operands: ["-v"], isEnded: true });
  assert.deepEqual(read("-", "-v"), { ...line, operands: ["-", "-v"], isEnded: false });
  assert.deepEqual(read("up", "-v"), { ...line, operands: ["up", "-v"], isEnded: false });
});

test("names an unknown letter and a missing argument", () => {
  const failed = (problem: string, ...options: unknown[]) => ({ ok: false, problem, options });
  const v = { name: "v", argument: "" };
  assert.deepEqual(read("-vx"), failed("illegal option -- x", v));
  assert.deepEqual(read("-:"), failed("illegal option -- :"));
  assert.deepEqual(read("-v", "-w"), failed("option requires an argument -- w", v));
});

test("takes long names where there are any, with = or without", () => {
  const readLong = (...words: string[]) =>
    parseOptions(words, "v", longOptions([{ name: "quiet" }, { name: "wait", argument: "sec" }]));
  const wait = { name: "wait", argument: "3" };
  const quiet = { name: "quiet", argument: "" };
  for (const words of [["--wait=3"], ["--wait", "3"]]) {
    const expected = { ok: true, options: [quiet, wait], operands: ["-v"], isEnded: true };
    assert.deepEqual(readLong("--quiet", ...words, "--", "-v"), expected);
  }
  const problems = [["--wait"], ["--quiet="], ["--wai=3"], ["--wait:"]].map((words) => {
    const line = readLong(...words);
    return line.ok ? "" : line.problem;
  });
  assert.deepEqual(problems, [
    "option requires an argument -- wait",
    "option takes no argument -- quiet",
    "illegal option -- wai",
    "illegal option -- wait:",
  ]);
  assert.deepEqual(readLong("--wait="), {
    ok: true,
    options: [{ name: "wait", argument: "" }],
    operands: [],
    isEnded: false,
  });
});

test("a long option may have an optional argument, in the same word", () => {
  const read = longOptions([{ name: "stop", argument: "ms", isOptional: true }]);
  const argumentOf = (word: string) => {
    const found = read(word, "next");
    return typeof found === "string" ? found : [found.option.argument, found.wordsAfter];
  };
  assert.deepEqual(argumentOf("stop"), ["", 0]);
  assert.deepEqual(argumentOf("stop=20"), ["20", 0]);
  assert.equal(argumentOf("stop="), "option requires an argument -- stop");
});

test("reads a number up to the first other character", () => {
  const numbers = ["12x", "x", "", "-1", "007"].map(leadingNumber);
  assert.deepEqual(numbers, [12, 0, 0, 0, 7]);
});

test("takes the base name after the last slash", () => {
  assert.deepEqual(["/usr/bin/sv", "sv", "./sv", "a/"].map(baseName), ["sv", "sv", "sv", ""]);
});
