/**
 * Whatever strikes, ours survives: nothing is lost, nothing is started twice, nobody else is
 * touched.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { originalInPlace, ours } from "../support/suite.ts";
import { CASES } from "./cases.ts";
import type { Case } from "./fault-case.ts";
import { manyServices } from "./many.ts";
import { STAGES } from "./stages/stages.ts";
import { closeTree } from "./stages/sv.ts";
import { sweep } from "./sweep.ts";

const AT_ONCE = 4;
const TIMEOUT_MS = 600_000;
/**
 * One in so many of the cases that need the fault switch is played here, the same at every run;
 * `npm run faults` plays all.
 */
const ONE_IN = 9;
const SERVICES = 100;

const skip = originalInPlace && "what the original survives is in docs/reliability.md";

describe("the fault matrix", { concurrency: AT_ONCE }, () => {
  for (const one of CASES) if (isPlayed(one)) play(one);
  for (const one of manyServices(SERVICES)) play(one);
});

describe("every call fails in turn", { concurrency: AT_ONCE }, async () => {
  if (originalInPlace) return;
  after(closeTree);
  for (const one of await sweep(STAGES)) if (isPlayed(one)) play(one);
});

function isPlayed({ name, kind, isOursAlone }: Case): boolean {
  return isOursAlone !== true || numberOf(`${kind} ${name}`) % ONE_IN === 0;
}

function play(one: Case): void {
  test(`${one.kind}: ${one.name}`, { skip, timeout: TIMEOUT_MS }, async () => {
    const { complaints, linesLost, linesDoubled, doubleStarts } = await one.play(ours);
    assert.deepEqual(complaints, []);
    assert.deepEqual({ linesDoubled, doubleStarts }, { linesDoubled: 0, doubleStarts: 0 });
    if (one.mayLoseLines !== true) assert.equal(linesLost, 0, "lines are lost");
  });
}

/** The same for the same text. */
function numberOf(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 0);
}
