/** The comparison of a page with the tables of options, shown to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { optionFaults, type ToolOptions } from "./man-options.ts";

const X: ToolOptions = {
  tool: "x",
  options: [
    { name: "t", help: "", synopsis: "ttt" },
    { name: "v", help: "" },
    { name: "u", argument: "user[:group]", help: "" },
    { name: "l", argument: "lock", help: "", synopsis: "l|-L lock" },
    { name: "L", argument: "lock", help: "", synopsis: "" },
    { name: "env-file", argument: "file", help: "" },
  ],
};
const ALIAS: ToolOptions = { tool: "y", options: [{ name: "n", help: "" }] };
const SYNOPSIS = "x [-tttv] [-u user[:group]] [-l | -L lock] [--env-file file] prog [arg ...]";
const ITEMS = [
  ".It Fl t",
  ".It Fl tt",
  ".It Fl v",
  ".It Fl u Ar user Ns Op : Ns Ar group",
  ".It Fl l Ar lock , Fl L Ar lock",
  ".It Fl -env-file Ar file",
  ".It Fl -help",
  ".Fl n",
];

function faults(synopsis: string, items: readonly string[]): readonly string[] {
  const rendered = `NAME\n     x\n\nSYNOPSIS\n     ${synopsis}\n     y [-n] prog\n\nDESCRIPTION\n`;
  return optionFaults({ path: "x.8", source: items.join("\n"), rendered }, [X, ALIAS]);
}

test("a page that has each option of the tables is right", () => {
  assert.deepEqual(faults(SYNOPSIS, ITEMS), []);
});

test("an option that a list lacks is reported, with the line to add", () => {
  for (const [item, fault] of [
    [
      5,
      'x.8: lacks x\'s option --env-file: add ".It Fl -env-file Ar file" to a list, and explain it',
    ],
    [2, 'x.8: lacks x\'s option -v: add ".It Fl v" to a list, and explain it'],
    [7, 'x.8: lacks y\'s option -n: add ".It Fl n" to a list, and explain it'],
  ] as const) {
    assert.deepEqual(faults(SYNOPSIS, ITEMS.toSpliced(item, 1)), [fault]);
  }
});

test("an option of a page that no table has is reported", () => {
  assert.deepEqual(faults(SYNOPSIS, [...ITEMS, ".It Fl q"]), [
    'x.8: has ".It Fl q", which is not in a table of options: remove it',
  ]);
});

test("a SYNOPSIS that differs from the table is reported", () => {
  assert.deepEqual(faults(SYNOPSIS.replace(" [--env-file file]", ""), ITEMS), [
    'x.8: SYNOPSIS lacks [--env-file file]: add ".Op Fl -env-file Ar file" below ".Nm x"',
  ]);
  assert.deepEqual(faults(`${SYNOPSIS} [-q]`, ITEMS), [
    "x.8: SYNOPSIS has [-q], which is not in the table of x's options",
  ]);
  const order = "x [-tttv] [-l | -L lock] [-u user[:group]] [--env-file file] prog";
  assert.match(faults(order, ITEMS).join(), /^x\.8: SYNOPSIS has another order than the table/);
  assert.match(faults("z prog", ITEMS).join(), /SYNOPSIS lacks x: add "\.Nm x"/);
});
