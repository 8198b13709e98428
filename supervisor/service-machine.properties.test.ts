/**
 * The properties of service-machine.ts: paper-shell.ts carries out its effects, and checks the
 * invariants after every step.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlByte } from "../protocol/control.ts";
import fc from "../tests/support/fast-check.ts";
import {
  beginnings,
  histories,
  historiesWithLimits,
  PaperShell,
} from "../tests/support/paper-shell.ts";
import { control } from "../tests/support/service-events.ts";
import { RESTART_DELAY_MS } from "./restart-policy.ts";

test("a service with any history is down once it is wanted down", () => {
  fc.assert(
    fc.property(beginnings, historiesWithLimits, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      shell.feed(control("d"));
      shell.finishAll();
      assert.equal(shell.service.phase, "down");
    }),
    { numRuns: 5_000 },
  );
});

test("a stop that was given before the exit counts after any history, whenever it is read", () => {
  const stops = fc.constantFrom<ControlByte>("d", "o", "x");
  fc.assert(
    fc.property(beginnings, histories, stops, ([role, want], history, stop) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      if (shell.alive.size === 0) return;
      shell.exit(false, 2_000, [stop]);
      const started = shell.spawned;
      shell.finishAll();
      assert.equal(shell.spawned, started);
    }),
    { numRuns: 2_000 },
  );
});

test("a service with any history is up once it is wanted up", () => {
  fc.assert(
    fc.property(beginnings, historiesWithLimits, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      shell.feed(control("d"));
      shell.finishAll();
      shell.feed(control("u"));
      while (shell.scripts.length > 0) shell.endScript(false);
      assert.equal(shell.service.phase, "run");
    }),
    { numRuns: 2_000 },
  );
});

test("a service without limit files gets no KILL, never fails, and has runit's restart delay", () => {
  fc.assert(
    fc.property(beginnings, histories, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) {
        next(shell);
        assert.equal(shell.killAtMs, undefined);
        assert.equal(shell.service.failed, false);
        assert.ok([0, RESTART_DELAY_MS].includes(shell.service.crashes.restartDelayMs));
        assert.deepEqual(shell.service.crashes.atMs, []);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a process with a kill timeout gets KILL at the end of it, after any history", () => {
  fc.assert(
    fc.property(beginnings, historiesWithLimits, ([role, want], history) => {
      const shell = new PaperShell(role, want);
      for (const next of history) next(shell);
      const { pid } = shell.service;
      const isDue = shell.earliestKillMs !== undefined && shell.service.killAtMs !== undefined;
      if (!isDue) return;
      assert.equal(shell.killAtMs, shell.earliestKillMs, "a timer runs to the earliest end");
      shell.pass(2_000);
      assert.equal(shell.service.pid, pid);
      assert.equal(shell.service.killAtMs, undefined, "KILL was sent");
    }),
    { numRuns: 2_000 },
  );
});
