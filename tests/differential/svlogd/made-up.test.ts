/** svlogd leaves the same files as the original after random histories. */
import { describe, test } from "node:test";
import { AT_ONCE, alike, reportHistories, skip } from "./histories.ts";
import { madeUp } from "./made-up.ts";

const HISTORIES = Number(process.env.SVLOGD_HISTORIES ?? 80);
const FIRST = Number(process.env.SVLOGD_FIRST ?? 1);

describe("svlogd: histories made up", { skip, concurrency: AT_ONCE }, () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES; seed += 1) {
    test(`seed ${seed}`, (t) => alike(t, madeUp(seed)));
  }
});

describe("svlogd: histories made up, each start another svlogd", {
  skip,
  concurrency: AT_ONCE,
}, () => {
  for (let seed = FIRST; seed < FIRST + HISTORIES / 2; seed += 1) {
    test(`seed ${seed}`, (t) => alike(t, madeUp(seed, true)));
  }
});

reportHistories();
