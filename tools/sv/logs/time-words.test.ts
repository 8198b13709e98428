import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTime, UTC, type Zone } from "./time-words.ts";

const NOW_S = Date.UTC(2026, 10, 28, 15, 4, 5) / 1_000;
/** Two hours ahead of UTC. */
const EAST: Zone = {
  secondsOf: (time) => UTC.secondsOf(time) - 7_200,
  wallTime: (seconds) => UTC.wallTime(seconds + 7_200),
};

const parse = (text: string, zone = UTC): string | undefined => {
  const time = parseTime(text, NOW_S, zone);
  if (time === undefined) return undefined;
  const iso = new Date(time.seconds * 1_000).toISOString().slice(0, 19);
  return time.nanoseconds === 0 ? iso : `${iso}+${time.nanoseconds}`;
};

test("times are written as durations, clock times, dates and labels", () => {
  const meanings: Record<string, string> = {
    now: "2026-11-28T15:04:05",
    "10m": "2026-11-28T14:54:05",
    "1h30m": "2026-11-28T13:34:05",
    "2d": "2026-11-26T15:04:05",
    "1w": "2026-11-21T15:04:05",
    today: "2026-11-28T00:00:00",
    yesterday: "2026-11-27T00:00:00",
    "14:03": "2026-11-28T14:03:00",
    "9:03:07": "2026-11-28T09:03:07",
    "14:03:07.25": "2026-11-28T14:03:07+250000000",
    "2026-11-01": "2026-11-01T00:00:00",
    "2026-11-01 14:03": "2026-11-01T14:03:00",
    "2026-11-01T14:03:05Z": "2026-11-01T14:03:05",
    "2026-11-01_14:03:05.5": "2026-11-01T14:03:05+500000000",
    "@1795330442": "2026-11-22T06:54:02",
    "@400000006b029194348f0e24": "2026-11-22T06:54:02+881790500",
  };
  for (const [text, meaning] of Object.entries(meanings)) assert.equal(parse(text), meaning, text);
});

test("times are those of the zone, unless they end in Z", () => {
  assert.equal(parse("14:03", EAST), "2026-11-28T12:03:00");
  assert.equal(parse("today", EAST), "2026-11-27T22:00:00");
  assert.equal(parse("2026-11-01T14:03:05Z", EAST), "2026-11-01T14:03:05");
});

test("everything else is no time", () => {
  for (const text of [
    "",
    "10",
    "m",
    "10x",
    "1h30",
    "24:00",
    "14:60",
    "14:3:2:1",
    ":",
    "2026-13-01",
    "2026-1-1",
    "2026-11-01x14:03",
    "2026-11-01 ",
    "@",
    "@x",
    "-5m",
    "1.5h",
  ]) {
    assert.equal(parse(text), undefined, text);
  }
});
