import assert from "node:assert/strict";
import { test } from "node:test";
import { ChartRecorder } from "./charts.ts";

const reading = (cpuS: number, bytes: number, pid = 7) => ({ cpuS, bytes, pid });

test("record says whether the samples differ from those before", () => {
  const recorder = new ChartRecorder();
  assert.equal(recorder.record(reading(0, 4_096), 0), true);
  assert.deepEqual(recorder.last, { cpu: null, memory: 4 });
  assert.equal(recorder.record(reading(1, 4_096), 2_000), true);
  assert.deepEqual(recorder.last, { cpu: 50, memory: 4 });
  assert.equal(recorder.record(reading(2, 4_096), 4_000), false);
  assert.equal(recorder.record(reading(2, 4_096, 8), 6_000), true);
  assert.deepEqual(recorder.last, { cpu: null, memory: 4 });
});

test("a service that does not run has no news", () => {
  const recorder = new ChartRecorder();
  const nothing = { cpuS: undefined, bytes: undefined, pid: undefined };
  assert.equal(recorder.record(nothing, 0), false);
  assert.deepEqual(recorder.charts(), { cpu: [], memory: [] });
});

test("charts have the last sixty samples of both, the oldest first", () => {
  const recorder = new ChartRecorder();
  for (let n = 0; n < 70; n += 1) recorder.record(reading(n / 100, n * 1_024), n * 1_000);
  const { cpu, memory } = recorder.charts();
  assert.deepEqual([cpu.length, memory.length], [60, 60]);
  assert.deepEqual([memory[0], memory[59], cpu[59]], [10, 69, 1]);
});
