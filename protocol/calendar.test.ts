import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { utcSeconds, wallTimeInUtc } from "./calendar.ts";

const moment = fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }); // years 0 to 9999

test("a moment is the date and time that Date says, and back", () => {
  fc.assert(
    fc.property(moment, (seconds) => {
      const date = new Date(seconds * 1_000);
      const wall = wallTimeInUtc(seconds);
      assert.deepEqual(wall, {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      });
      assert.equal(utcSeconds(wall), seconds);
    }),
  );
});
