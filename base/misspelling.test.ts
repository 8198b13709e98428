import assert from "node:assert/strict";
import { test } from "node:test";
import { isSlipOf, meantBy, nearestOf } from "./misspelling.ts";

test("of several names, the one with the fewest slips is meant", () => {
  const services = ["crash2", "crasher", "qb5", "web", "web2"];
  const meant = { wbe: "web", crashr: "crasher", crash3: "crash2", wed2: "web2", x: undefined };
  for (const [typed, name] of Object.entries(meant)) {
    assert.equal(nearestOf(typed, services), name, typed);
  }
  assert.equal(nearestOf("ab", ["cd"]), undefined);
});

test("a misspelt file has another known name within two slips", () => {
  const known = ["timeout-kill", "timeout-ready", "watchdog"];
  const meant = {
    timeout_kill: "timeout-kill",
    "tiemout-klil": "timeout-kill",
    Watchdogs: "watchdog",
    "timeout-kill~": undefined,
    ".watchdog": undefined,
    "#watchdog": undefined,
    timeout: undefined,
  };
  for (const [name, one] of Object.entries(meant)) assert.equal(meantBy(name, known), one, name);
});

test("a short name has one slip, and no wrong letter", () => {
  for (const name of ["rnu", "runs", "rn", "ruun"]) assert.ok(isSlipOf(name, "run"), name);
  for (const name of ["run", "ran", "un", "prun", "rnus"]) assert.ok(!isSlipOf(name, "run"), name);
});
