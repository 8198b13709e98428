import assert from "node:assert/strict";
import { test } from "node:test";
import { accessText, modesFor, parseAccess } from "./access.ts";

test("a line is a grant and a group", () => {
  const text = "# ours\ncontrol deploy\n\n  status\t100  # monitoring\nlog-control deploy";
  const access = { control: "deploy", status: "100", "log-control": "deploy" };
  assert.deepEqual(parseAccess(text), access);
  assert.deepEqual(parseAccess(accessText(access)), access);
  assert.deepEqual(parseAccess(""), {});
});

test("a wrong line makes the file wrong", () => {
  for (const line of ["contrl a", "control", "control a b", "control a\ncontrol b"]) {
    assert.deepEqual(parseAccess(`status a\n${line}`), { wrongLine: line.split("\n").at(-1) });
  }
});

const own = { group: undefined, permissions: 0o600 };

test("who controls reads the status too, and nobody else gets anything", () => {
  assert.deepEqual(modesFor(7, undefined), {
    directory: { group: 7, permissions: 0o710 },
    control: { group: 7, permissions: 0o620 },
    ok: { group: 7, permissions: 0o620 },
  });
  assert.deepEqual(modesFor(undefined, 8), {
    directory: { group: 8, permissions: 0o710 },
    control: own,
    ok: { group: 8, permissions: 0o620 },
  });
  assert.deepEqual(modesFor(7, 8), {
    directory: { group: 7, permissions: 0o711 },
    control: { group: 7, permissions: 0o620 },
    ok: { group: 8, permissions: 0o620 },
  });
  assert.deepEqual(modesFor(undefined, undefined), {
    directory: { group: undefined, permissions: 0o700 },
    control: own,
    ok: own,
  });
});
