import assert from "node:assert/strict";
import { test } from "node:test";
import { type KnownFailures, verdictOn } from "./verdict.ts";

const KNOWN: readonly KnownFailures[] = [
  { reason: "prctl(2)", tests: { "chpst/a": ["drops capabilities", "sets no-new-privs"] } },
  { reason: "inotify(7)", tests: { "idle/b": ["wakes nobody"] } },
];
const FILES = new Set(["chpst/a", "idle/b", "sv/c"]);
const NONE = { unexpected: [], passed: [], missing: [] };

test("a known failure is expected only of its own file", () => {
  const counts = new Map([
    ["chpst/a", { passed: [], skipped: ["sets no-new-privs"], failed: ["drops capabilities"] }],
    ["sv/c", { passed: ["prints"], skipped: [], failed: ["wakes nobody"] }],
  ]);
  assert.deepEqual(verdictOn(counts, KNOWN, FILES), {
    ...NONE,
    unexpected: ["sv/c: wakes nobody"],
  });
});

test("a known failure that passes, and one that its file does not have, are reported", () => {
  const counts = new Map([
    ["chpst/a", { passed: ["drops capabilities"], skipped: [], failed: [] }],
  ]);
  assert.deepEqual(verdictOn(counts, KNOWN, FILES), {
    ...NONE,
    passed: ["chpst/a: drops capabilities"],
    missing: ["chpst/a: sets no-new-privs"],
  });
});

test("a known failure of a file that did not run is reported only if the file does not exist", () => {
  assert.deepEqual(verdictOn(new Map(), KNOWN, FILES), NONE);
  assert.deepEqual(verdictOn(new Map(), KNOWN, new Set(["chpst/a"])), {
    ...NONE,
    missing: ["idle/b: wakes nobody"],
  });
});

test("a known failure that depends on timing may pass, but must exist", () => {
  const known = KNOWN.map((one) => ({ ...one, mayPass: true }) as const);
  const counts = new Map([
    ["chpst/a", { passed: ["drops capabilities"], skipped: [], failed: [] }],
  ]);
  assert.deepEqual(verdictOn(counts, known, FILES), {
    ...NONE,
    missing: ["chpst/a: sets no-new-privs"],
  });
});
