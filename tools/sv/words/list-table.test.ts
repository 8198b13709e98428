import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countLine } from "./list-table.ts";
import { STATE_WORDS, type StateWord } from "./service-view.ts";
import { plain } from "./style.ts";

const views = (services: Readonly<Record<string, StateWord>>) =>
  Object.entries(services).map(([name, summary]) => ({ name, summary }));

const lineOf = (services: Readonly<Record<string, StateWord>>, columns?: number) =>
  countLine(views(services), { columns, paint: plain });

const MIXED = { a: "stopped", b: "waiting", c: "resting", d: "running", e: "failed" } as const;

describe("the last line of sv list", () => {
  test("counts the services in trouble before those that are as wanted", () => {
    assert.equal(
      lineOf(MIXED),
      "5 services: 1 running, 1 failed (e), 1 resting (c), 1 waiting (b), 1 stopped",
    );
    assert.equal(lineOf({}), "0 services");
    assert.equal(lineOf({ a: "running" }), "1 service: 1 running");
  });

  test("counts each state", () => {
    const all = Object.fromEntries(STATE_WORDS.map((state) => [`name of ${state}`, state]));
    for (const state of STATE_WORDS) assert.match(lineOf(all), new RegExp(`\\b1 ${state}\\b`));
  });

  test("has fewer names in a narrow terminal, then none, and is cut at last", () => {
    const failed = { one: "failed", two: "failed", three: "failed" } as const;
    assert.equal(lineOf(failed, 40), "3 services: 3 failed (one, two, three)");
    assert.equal(lineOf(failed, 37), "3 services: 3 failed (one, two, ...)");
    assert.equal(lineOf(failed, 31), "3 services: 3 failed (one, ...)");
    assert.equal(lineOf(failed, 30), "3 services: 3 failed");
    assert.equal(lineOf(failed, 19), "3 services: 3 fai..");
  });
});
