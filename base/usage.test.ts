import assert from "node:assert/strict";
import { test } from "node:test";
import { describe, helpText, synopsisGroups, usageOf } from "./usage.ts";

const TABLE = [
  { name: "t" },
  { name: "u", argument: "user" },
  { name: "v" },
  { name: "V" },
  { name: "l", argument: "lock" },
  { name: "L", argument: "lock" },
  { name: "env-file", argument: "file" },
  { name: "quiet" },
] as const;
const DESCRIBED = describe(TABLE, {
  t: { help: "stamp", synopsis: "ttt", usage: "tt" },
  u: "user",
  v: "verbose",
  V: { help: "version", usage: "" },
  l: { help: "lock", synopsis: "l|-L lock" },
  L: { help: "lock at once", synopsis: "" },
  "env-file": "file",
  quiet: "silent",
});

test("a usage line has the letters without an argument first, together", () => {
  const usage = "[-ttv] [-u user] [-l|-L lock] [--env-file file] [--quiet]";
  assert.equal(usageOf(DESCRIBED), usage);
  assert.equal(usageOf([]), "");
});

test("a synopsis has what the usage line leaves out", () => {
  assert.deepEqual(synopsisGroups(DESCRIBED).slice(0, 2), ["[-tttvV]", "[-u user]"]);
});

test("a page of help has a line for each option, and --help", () => {
  const options = DESCRIBED.slice(1, 3);
  const text = helpText({ tool: "x", purpose: "Does it.", options, operands: "prog" });
  assert.equal(
    text,
    `usage: x [-v] [-u user] prog

Does it.

Options:
  -u user  user
  -v       verbose
  --help   print this page
`,
  );
});

test("a long usage is broken below its first option", () => {
  const text = helpText({ tool: "x", purpose: "", options: DESCRIBED, operands: "o".repeat(40) });
  assert.deepEqual(text.split("\n").slice(0, 2), [
    "usage: x [-tttvV] [-u user] [-l|-L lock] [--env-file file] [--quiet]",
    `         ${"o".repeat(40)}`,
  ]);
});
