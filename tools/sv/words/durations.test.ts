import assert from "node:assert/strict";
import { test } from "node:test";
import { sizeText, spanText } from "./durations.ts";

test("spanText has one unit", () => {
  const texts = { 0: "0s", 119: "119s", 120: "2m", 7199: "119m", 7200: "2h", 172799: "47h" };
  for (const [seconds, text] of Object.entries(texts))
    assert.equal(spanText(Number(seconds)), text);
  assert.deepEqual([spanText(-5), spanText(1.9), spanText(9_999_999)], ["0s", "1s", "115d"]);
});

test("sizeText has three digits at most", () => {
  const texts: [number, string][] = [
    [0, "0K"],
    [819_200, "800K"],
    [1_022_976, "999K"],
    [1_048_576, "1.0M"],
    [10_485_760, "10M"],
    [2_000 * 1_048_576, "2.0G"],
  ];
  for (const [bytes, text] of texts) assert.equal(sizeText(bytes), text);
});
