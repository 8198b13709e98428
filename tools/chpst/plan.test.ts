/** The order of the steps is the contract; so is what each command line asks for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { longNames } from "../../base/option-table.ts";
import fc from "../../tests/support/fast-check.ts";
import { readAlias } from "./aliases.ts";
import { readCommandLine } from "./command.ts";
import { EXTENSION_OPTIONS, type ExtensionRequest } from "./extension-options.ts";
import { answerTo } from "./help.ts";
import { type PlanStep, plan } from "./plan.ts";
import type { ParseResult } from "./request.ts";

const EXTENSIONS = longNames<ExtensionRequest>(EXTENSION_OPTIONS);
const read = (line: string): ParseResult =>
  readCommandLine(line.split(" "), "VERSION", () => ({ readAlias, EXTENSIONS }));

function stepsOf(line: string): readonly PlanStep[] {
  const reading = read(line);
  assert.ok(reading.is === "request", `${line}: ${reading.is}`);
  return plan(reading.request);
}

/** What is done, in its order. */
const order = (line: string) => stepsOf(line).map((step) => step.do);

const usageOf = (line: string) => {
  const reading = read(line);
  return reading.is === "usage" ? answerTo(reading).text : undefined;
};

/** Each with the steps it leads to. */
const OPTIONS: Readonly<Record<string, readonly PlanStep["do"][]>> = {
  "-P": ["start a session"],
  "-e d": ["read variables"],
  "--env-file f": ["read variables"],
  "--oom-score 5": ["set oom score"],
  "-/ /r": ["change root"],
  "-C d": ["change directory"],
  "-n 1": ["add to nice"],
  "--io-priority idle": ["set io priority"],
  "-U u": ["announce"],
  "--cap-drop all": ["drop capabilities"],
  "-u u": ["change user"],
  "--no-new-privs": ["forbid new privileges"],
  "-l f": ["lock"],
  "-0": ["close"],
  "-o 5": ["limit"],
  "--limit core=:7": ["raise hard limit", "limit"],
};
const ORDER: readonly PlanStep["do"][] = [
  "start a session",
  "read variables",
  "set oom score",
  "look up",
  "change root",
  "change directory",
  "add to nice",
  "set io priority",
  "raise hard limit",
  "announce",
  "drop capabilities",
  "change user",
  "forbid new privileges",
  "lock",
  "close",
  "limit",
  "execute",
];

test("steps are taken in one order, whatever the order of the options", () => {
  const some = fc.shuffledSubarray(Object.keys(OPTIONS));
  fc.assert(
    fc.property(some, (options) => {
      const done = order(`chpst ${options.join(" ")} prog`.replace("  ", " "));
      const places = done.map((step) => ORDER.indexOf(step));
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
      );
      const asked = options.flatMap((option) => OPTIONS[option] ?? []);
      const isLookedUp = options.includes("-/ /r");
      const names = options.filter((option) => option === "-u u" || option === "-U u").length;
      const expected = asked.length + 1 + (isLookedUp ? names : 0);
      assert.equal(done.length, expected, "nothing is done that was not asked for");
    }),
  );
});

test("without options the program is executed, and nothing else is done", () => {
  assert.deepEqual(stepsOf("chpst prog -v x"), [
    { do: "execute", file: "prog", argv: ["prog", "-v", "x"], failed: "unable to run: prog" },
  ]);
});

test("-b gives the program another name, also in the message", () => {
  assert.deepEqual(stepsOf("chpst -b other prog x"), [
    { do: "execute", file: "prog", argv: ["other", "x"], failed: "unable to run: other" },
  ]);
});

test("limits are set in the order of the resources, the last option for each counts", () => {
  const limits = (line: string) =>
    stepsOf(line).flatMap((step) =>
      step.do === "limit" ? [`${step.resource} ${step.wanted.soft}:${step.wanted.hard}`] : [],
    );
  const none = undefined;
  assert.deepEqual(limits("chpst -t 1 -r 2 -c 3 -f 4 -p 5 -o 6 -m 7 x"), [
    `data 7:${none}`,
    `stack 7:${none}`,
    `memlock 7:${none}`,
    `as 7:${none}`,
    `nofile 6:${none}`,
    `nproc 5:${none}`,
    `fsize 4:${none}`,
    `core 3:${none}`,
    `rss 2:${none}`,
    `cpu 1:${none}`,
  ]);
  assert.equal(limits("chpst -m 7 -d 5 x")[0], `data 5:${none}`);
  assert.equal(limits("chpst -d 5 -m 7 x")[0], `data 7:${none}`);
  assert.deepEqual(limits("chpst -o 5 --limit nofile=:9 x"), ["nofile 5:9"]);
  assert.deepEqual(limits("chpst --limit nofile=:9 -o 5 x"), ["nofile 5:9"]);
  assert.deepEqual(limits("chpst --limit nofile=7:9 -o 5 x"), ["nofile 5:9"]);
});

test("variables are read in the order of the options", () => {
  const sources = stepsOf("chpst -e a --env-file b -e c x").flatMap((step) =>
    step.do === "read variables" ? [step.from.path] : [],
  );
  assert.deepEqual(sources, ["a", "b", "c"]);
});

test("to keep capabilities is to drop all others", () => {
  const bounding = (line: string) => {
    const step = stepsOf(line).find((one) => one.do === "drop capabilities");
    return step?.do === "drop capabilities" ? step.bounding : undefined;
  };
  assert.deepEqual(bounding("chpst --cap-keep kill --cap-keep chown x"), {
    drop: "all",
    keep: [
      { name: "kill", number: 5 },
      { name: "chown", number: 0 },
    ],
  });
  assert.deepEqual(bounding("chpst --cap-drop kill --cap-drop chown x")?.drop.length, 2);
  assert.equal(bounding("chpst --cap-drop kill --cap-drop all x")?.drop, "all");
});

test("io priorities are classes with levels", () => {
  const priority = (text: string) => {
    const step = stepsOf(`chpst --io-priority ${text} x`)[0];
    return step?.do === "set io priority" ? step.priority : undefined;
  };
  assert.deepEqual(
    ["none", "realtime", "realtime:0", "best-effort:7", "idle"].map(priority),
    [0, 0x2004, 0x2000, 0x4007, 0x6000],
  );
});

test("an argument that a long option cannot use is told", () => {
  for (const [option, argument] of [
    ["io-priority", "idle:1"],
    ["io-priority", "realtime:8"],
    ["io-priority", "fast"],
    ["oom-score", "1001"],
    ["oom-score", "x"],
    ["cap-drop", "nosuch"],
    ["cap-keep", "all"],
    ["limit", "nofile"],
  ] as const) {
    const text = usageOf(`chpst --${option} ${argument} x`) ?? "";
    assert.ok(
      text.startsWith(`chpst: invalid argument for --${option}: ${argument}\nusage: chpst [`),
      text,
    );
  }
});

test("aliases take their words, and no options where they have none", () => {
  const prog = { file: "prog", argv: ["prog"], failed: "unable to run: prog" };
  assert.deepEqual(stepsOf("envdir dir prog"), [
    { do: "read variables", from: { kind: "directory", path: "dir", strict: true } },
    { do: "execute", ...prog },
  ]);
  assert.deepEqual(stepsOf("/usr/bin/setuidgid a:b prog"), [
    { do: "change user", identity: { by: "account", user: "a:b", text: "a:b" } },
    { do: "execute", ...prog },
  ]);
  assert.deepEqual(order("denvuidgid u prog"), ["announce", "execute"]);
  assert.deepEqual(order("pgrphack prog"), ["start a session", "execute"]);
  assert.deepEqual(order("softlimit -o = -m 5k prog"), [...Array(5).fill("limit"), "execute"]);
  assert.equal(usageOf("envdir dir"), "usage: envdir dir child\n\n");
  assert.equal(usageOf("setuidgid user"), "usage: setuidgid account child\n\n");
  assert.match(
    usageOf("dsoftlimit -z") ?? "",
    /^dsoftlimit: illegal option -- z\nusage: softlimit \[-a/,
  );
});

test("setlock waits unless it is told not to, and -x is about the lock alone", () => {
  const lockOf = (line: string) => {
    const step = stepsOf(line)[0];
    return step?.do === "lock" ? [step.wait, step.failed === undefined] : undefined;
  };
  assert.deepEqual(lockOf("setlock f prog"), [true, false]);
  assert.deepEqual(lockOf("setlock -n f prog"), [false, false]);
  assert.deepEqual(lockOf("setlock -nNxX f prog"), [true, false]);
  assert.deepEqual(lockOf("setlock -nx f prog"), [false, true]);
  assert.equal(
    usageOf("setlock f"),
    "setlock: usage: setlock [ -nNxX ] file program [ arg ... ]\n",
  );
});

test("-V prints the version before the usage, and what is wrong before it is told first", () => {
  assert.match(usageOf("chpst -V") ?? "", /^VERSION\nusage: chpst \[/);
  assert.match(usageOf("chpst -n x -V") ?? "", /^usage: /);
  assert.match(usageOf("chpst -z -V") ?? "", /^chpst: illegal option -- z\nusage: /);
  assert.match(usageOf("dchpst -l a -l b x") ?? "", /^usage: chpst /);
});
