import assert from "node:assert/strict";
import { test } from "node:test";
import { applyOptions, longNames, type OptionSpec } from "./option-table.ts";

const given: string[] = [];
const note = (name: string) => (_: undefined, argument: string) => {
  given.push(`${name}=${argument}`);
  return argument !== "bad";
};
const SPECS: readonly OptionSpec<undefined>[] = [
  { name: "v", apply: note("v") },
  { name: "w", argument: "sec", apply: note("w") },
];
const LONG: readonly OptionSpec<undefined>[] = [
  { name: "wait", argument: "sec", apply: note("wait") },
];

function apply(words: string) {
  given.length = 0;
  const line = applyOptions(words.split(" "), SPECS, undefined, () => longNames(LONG));
  return { line, given: [...given] };
}

test("options are applied in the order in which they were given", () => {
  assert.deepEqual(apply("-w3 -v --wait 4 up -v"), {
    line: {
      ok: true,
      options: [
        { name: "w", argument: "3" },
        { name: "v", argument: "" },
        { name: "wait", argument: "4" },
      ],
      operands: ["up", "-v"],
      isEnded: false,
    },
    given: ["w=3", "v=", "wait=4"],
  });
});

test("an option that makes no sense stops it, and only a long one is explained", () => {
  assert.deepEqual(apply("-v -w bad -v up"), {
    line: { ok: false, stoppedBy: "w", problem: undefined },
    given: ["v=", "w=bad"],
  });
  const problem = "invalid argument for --wait: bad";
  assert.deepEqual(apply("--wait=bad -x").line, { ok: false, stoppedBy: "wait", problem });
});

test("an unknown option is reported after those before it were applied", () => {
  assert.deepEqual(apply("-v -x"), {
    line: { ok: false, stoppedBy: undefined, problem: "illegal option -- x" },
    given: ["v="],
  });
});

test("long names are asked for only if there is one, and need not exist", () => {
  const fail = () => assert.fail("not needed");
  assert.ok(applyOptions(["-v", "up"], SPECS, undefined, fail).ok);
  const line = applyOptions(["--wait", "up"], SPECS, undefined);
  assert.deepEqual(line.ok && line.operands, ["up"]);
});
