import assert from "node:assert/strict";
import { test } from "node:test";
import { EXTENSION_OPTIONS } from "../../../chpst/extension-options.ts";
import { CHPST_LONG } from "./accounts.ts";
import { missingForEnv, missingLogDirectory, missingProgram } from "./program-guesses.ts";
import { shellCommands } from "./shell-commands.ts";

const of = (...lines: readonly string[]) => shellCommands(`#!/bin/sh\n${lines.join("\n")}\n`);
const THERE = ["/bin/a", "a"];
const finds = (name: string) => THERE.includes(name);
const programIn = (...lines: readonly string[]) => missingProgram(of(...lines), finds)?.text;
const logIn = (...lines: readonly string[]) =>
  missingLogDirectory(of(...lines), (directory) => directory === "./main")?.directory;

test("a program that exec does not find is reported", () => {
  const line = "there is no program /bin/b";
  assert.deepEqual(missingProgram(of("exec 2>&1", "exec /bin/b -f"), finds), {
    line: 3,
    text: line,
  });
  assert.equal(programIn("exec b"), "there is no b in PATH");
  assert.equal(programIn("exec chpst -u x -o 64 setuidgid y env A=1 /bin/b"), line);
  assert.equal(programIn("PATH=/opt exec /bin/b"), line);
  assert.equal(programIn("if c; then exec /bin/b; fi", "exec /bin/c"), line);
});

test("the value of a long option of chpst is no program", () => {
  const line = "there is no program /bin/b";
  const values = [
    "--limit nofile=4096",
    "--oom-score 500",
    "--oom-score=500",
    "--io-priority idle",
  ];
  for (const option of [...values, "--cap-keep kill", "--cap-drop all", "--no-new-privs"]) {
    assert.equal(programIn(`exec chpst ${option} /bin/b`), line, option);
    assert.equal(programIn(`exec chpst ${option} -u x /bin/a`), undefined, option);
  }
  const described = EXTENSION_OPTIONS.map(({ name, argument }) => [name, argument]);
  assert.deepEqual(
    CHPST_LONG.map(({ name, argument }) => [name, argument]),
    described,
  );
});

test("a program that may be there is not", () => {
  const passing = [
    ["exec /bin/a"],
    ["exec a"],
    ["exec 2>&1"],
    ["/bin/b"],
    ["exec ./b"],
    ["exec $B"],
    ["exec chpst $OPTIONS /bin/b"],
    ["exec chpst -/ /jail /bin/b"],
    ["exec chpst -e env b"],
    ["exec chpst --env-file /etc/default/b b"],
    ["exec env PATH=/opt b"],
    ["exec -a name /bin/b"],
    ["PATH=/opt:$PATH", "exec b"],
    ["export PATH=/opt", "exec b"],
    [". ./conf", "exec b"],
    ["[ -x /bin/b ] || exit 1", "exec /bin/b"],
    ["if command -v b; then", "exec b", "fi", "exec /bin/a"],
    ["[ $A = 1 ] && exec /bin/b", "exec /bin/a"],
  ];
  for (const lines of passing) assert.equal(programIn(...lines), undefined, lines.join("; "));
});

test("an interpreter that env does not find is reported", () => {
  const told = (line: string) => missingForEnv(`#!${line}\nexit\n`, finds)?.text;
  for (const line of ["/usr/bin/env b", " /usr/bin/env  -S A=1 b -x", "/bin/env C=d b"]) {
    assert.equal(told(line), "there is no b in PATH", line);
  }
  for (const line of ["/usr/bin/env a", "/bin/b", "/usr/bin/env -i b", "/usr/bin/env PATH=/x b"]) {
    assert.equal(told(line), undefined, line);
  }
});

test("a directory that svlogd does not find is reported, if nothing may make it", () => {
  assert.equal(logIn("exec svlogd -tt -l 200 ./log"), "./log");
  assert.equal(logIn("exec chpst -ulog /usr/bin/svlogd /var/log/b ./log"), "/var/log/b");
  assert.equal(logIn("exec svlogd ./log ./main"), undefined);
  assert.equal(logIn("mkdir -p log", "exec svlogd ./log"), undefined);
  assert.equal(logIn("[ -d log ] || install -d log", "exec svlogd ./log"), undefined);
  assert.equal(logIn("exec svlogd $LOG"), undefined);
  assert.equal(logIn("exec s6-log /no/log"), undefined);
  assert.equal(logIn("exec svlogd"), undefined);
});
