import assert from "node:assert/strict";
import { test } from "node:test";
import { plain } from "../style.ts";
import type { WhyFacts } from "./facts.ts";
import { answerLines, evidenceLines } from "./layout.ts";

const FACTS = { view: { name: "web", summary: "resting" } } as WhyFacts;
const lines = (columns: number | undefined, text: string, command?: string) =>
  answerLines(FACTS, { reason: "resting", text, command }, { columns, paint: plain });

test("an answer is one line in a pipe, and in a terminal if it fits", () => {
  const whole = ["web: resting: exit 1 at once; try: sv logs web"];
  for (const columns of [undefined, whole[0]?.length]) {
    assert.deepEqual(lines(columns, "exit 1 at once", "sv logs web"), whole);
  }
  assert.deepEqual(lines(20, "a"), ["web: resting: a"]);
});

test("a command that does not fit has a line of its own, unbroken", () => {
  const command = "cat /etc/service/web/log/run";
  assert.deepEqual(lines(30, "exit 1 at once", command), [
    "web: resting: exit 1 at once",
    `  try: ${command}`,
  ]);
});

test("a long answer goes on below, and a command behind it if it fits", () => {
  assert.deepEqual(lines(30, "one two three four five six", "ls"), [
    "web: resting: one two three",
    "  four five six; try: ls",
  ]);
  assert.deepEqual(lines(20, "/a/path/longer/than/a/line b"), [
    "web: resting: /a/path/longer/than/a/line",
    "  b",
  ]);
  assert.deepEqual(lines(17, "sixteen two"), ["web: resting:", "  sixteen two"]);
});

test("evidence goes on below its text, and a label is not repeated", () => {
  const evidence = [
    ["state", "run"],
    ["ended", "one two three"],
    ["ended", "four"],
    ["", "five"],
  ] as const;
  const at = " ".repeat(14);
  const broken = [`${at.replace(/^ {7}/, "  ended")}one two`, `${at}three`, `${at}four`];
  const state = "  state       run";
  const shown = (columns: number | undefined) => evidenceLines(evidence, { columns, paint: plain });
  assert.deepEqual(shown(22), [state, ...broken, `${at}five`]);
  assert.deepEqual(shown(undefined), [
    state,
    "  ended       one two three",
    `${at}four`,
    `${at}five`,
  ]);
});
