import assert from "node:assert/strict";
import { test } from "node:test";
import { isControlByte } from "../../protocol/control.ts";
import fc from "../../tests/support/fast-check.ts";
import { orderOf, wantsRunning } from "./commands.ts";

const SV = { isInitScript: false, verbose: false };

/** Bytes, then `W` for an order that waits and `K` for one that kills. */
function told(word: string, invocation = SV): string | undefined {
  const order = orderOf(word, invocation);
  if (order === undefined || typeof order === "string") return order;
  return `${order.bytes}${order.waits ? " W" : ""}${order.kills ? "K" : ""}`;
}

test("knows the words of the manual", () => {
  const words = {
    up: "u",
    down: "d",
    once: "o",
    pause: "p",
    cont: "c",
    hup: "h",
    alarm: "a",
    interrupt: "i",
    quit: "q",
    "1": "1",
    "2": "2",
    term: "t",
    kill: "k",
    exit: "x",
    start: "u W",
    stop: "d W",
    reload: "h W",
    restart: "tcu W",
    "try-restart": "tc W",
    shutdown: "x W",
    check: " W",
    "force-stop": "d WK",
    "force-reload": "tc WK",
    "force-restart": "tcu WK",
    "force-shutdown": "x WK",
  };
  for (const [word, expected] of Object.entries(words)) assert.equal(told(word), expected, word);
});

test("takes other words by their first letter", () => {
  const words = { usr1: "u", delete: "d", constructor: "c", toString: "t", D: "d WK", T: "tc WK" };
  for (const [word, expected] of Object.entries(words)) assert.equal(told(word), expected, word);
  assert.equal(told("Xit"), "x WK");
  assert.equal(told("E"), "x WK");
});

test("refuses words that begin with no command's letter", () => {
  for (const word of [
    "",
    "restartx",
    "report",
    "r",
    "force",
    "Up",
    "S",
    "foo",
    "__proto__",
    "valueOf",
  ]) {
    assert.equal(told(word), undefined, word);
  }
});

test("asks for the status with any other word in s, as an init script only with the whole one", () => {
  assert.equal(told("s"), "status");
  assert.equal(told("strat"), "status");
  assert.equal(told("strat", { ...SV, isInitScript: true }), undefined);
  assert.equal(told("status", { ...SV, isInitScript: true }), "status");
});

test("waits with -v where the word alone does not", () => {
  assert.equal(told("down", { ...SV, verbose: true }), "d W");
  assert.equal(told("status", { ...SV, verbose: true }), "status");
});

test("gives time to be supervised to what is to run, and to nothing else", () => {
  const wanting = ["up", "start", "once", "check", "restart", "force-restart"];
  const others = ["down", "stop", "exit", "shutdown", "reload", "try-restart", "term", "pause"];
  const wants = (word: string) => {
    const order = orderOf(word, SV);
    return order !== undefined && typeof order !== "string" && wantsRunning(order);
  };
  assert.deepEqual(wanting.filter(wants), wanting);
  assert.deepEqual(others.filter(wants), []);
});

test("sends control bytes only, and waits for a rule for each", () => {
  fc.assert(
    fc.property(fc.string(), fc.boolean(), fc.boolean(), (word, isInitScript, verbose) => {
      const order = orderOf(word, { isInitScript, verbose });
      if (order === undefined || typeof order === "string" || order.bytes === "") return;
      assert.ok([...order.bytes].every(isControlByte));
      assert.equal(order.rules.join(""), order.bytes);
    }),
  );
});
