import assert from "node:assert/strict";
import { test } from "node:test";
import { isShellScript, shellCommands } from "./shell-commands.ts";
import { backgroundCommand, forkingDaemon, missingExec } from "./shell-guesses.ts";

const of = (...lines: readonly string[]) => shellCommands(`#!/bin/sh\n${lines.join("\n")}\n`);

test("finds commands, with their lines, words and what follows", () => {
  const script = [
    "exec 2>&1 # to the log",
    "A='x y' \\",
    '  b "c #d" && e $(f; g) | h',
    "cat <<'END' >x",
    "exec nothing",
    "END",
    "i&",
  ];
  assert.deepEqual(of(...script), [
    { line: 2, words: ["exec", "2>&1"], end: "\n" },
    { line: 3, words: ["A=x y", "b", "c #d"], end: "&&" },
    { line: 4, words: ["e", "$(f; g)"], end: "|" },
    { line: 4, words: ["h"], end: "\n" },
    { line: 5, words: ["cat", "<<END", ">x"], end: "\n" },
    { line: 8, words: ["i"], end: "&" },
  ]);
  assert.deepEqual(shellCommands("'never closed"), [{ line: 1, words: ["never closed"], end: "" }]);
});

test("knows the scripts of shells", () => {
  for (const line of ["#!/bin/sh", "#! /bin/bash -e", "#!/usr/bin/env dash", "#!/bin/busybox sh"]) {
    assert.ok(isShellScript(`${line}\n`), line);
  }
  for (const line of ["#!/usr/bin/execlineb -P", "#!/usr/bin/env python3", "exec x", ""]) {
    assert.ok(!isShellScript(`${line}\n`), line);
  }
});

test("a ./run that ends with a program without exec is reported", () => {
  assert.deepEqual(missingExec(of("exec 2>&1", "nginx -g x")), {
    line: 3,
    text: "does not exec nginx: the shell stays, and gets the signals in its place",
  });
  for (const lines of [
    ["exec 2>&1 </dev/null", "FOO=1 /usr/sbin/webd -f"],
    ["exec > log", "sleep 5"],
    ["chpst -u web webd"],
  ]) {
    assert.ok(missingExec(of(...lines)), lines.join("; "));
  }
});

test("a ./run that execs, or ends with no program, passes", () => {
  for (const lines of [
    ["exec webd"],
    ["A=1 exec webd"],
    ["if [ -e x ]; then exec webd; fi", "exec sleep 1"],
    ["exec </proc/kmsg", "exec socklog ucspi"],
    ["webd &", "trap 'kill $!' TERM", "wait"],
    ["while :; do job; sleep 60; done"],
    ["setup", "sv down ."],
    ["[ -e x ] || exit 1", "exec chpst -u web webd"],
    ["cat <<E", "text", "E", "exec webd"],
    [],
  ]) {
    assert.equal(missingExec(of(...lines)), undefined, lines.join("; "));
  }
});

test("a command that ends in the background is reported", () => {
  assert.equal(backgroundCommand(of("webd &"))?.text, "puts webd into the background and exits");
  for (const lines of [["webd &", "wait"], ["exec webd >log 2>&1"], ["a && b"]]) {
    assert.equal(backgroundCommand(of(...lines)), undefined, lines.join("; "));
  }
});

test("a daemon that goes to the background is reported", () => {
  for (const line of [
    "exec /usr/sbin/sshd",
    "exec chpst -u x cron",
    "exec nginx",
    "exec webd --daemon",
    "sshd -o X=y",
    "exec redis-server --daemonize yes",
  ]) {
    assert.ok(forkingDaemon(of("setup", line)), line);
  }
});

test("a daemon that stays in the foreground, or may do so, passes", () => {
  for (const line of [
    "exec /usr/sbin/sshd -eD",
    "exec sshd $OPTIONS",
    "exec nginx -g 'daemon off;'",
    "exec rsync --daemon --no-detach",
    "exec redis-server --daemonize no",
    "exec rsyslogd -n -iNONE",
    "exec atd -f -d",
    "exec webd",
  ]) {
    assert.equal(forkingDaemon(of(line)), undefined, line);
  }
  assert.equal(forkingDaemon(of("sshd -t || exit 1", "exec sshd -D")), undefined);
});
