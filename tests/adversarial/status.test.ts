/**
 * Status files of every length and of any content, read by our sv and by the original's: the same
 * answers, but for what `sv-status-format` says. The test itself holds supervise/ok open, in place
 * of a supervisor.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { decodeStatus, STATUS_BYTES, StatusFormatError } from "../../protocol/status.ts";
import fc from "../support/fast-check.ts";
import { type Outcome, runTool } from "../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../support/sandbox.ts";
import { debian, improved, ours, type Suite } from "../support/suite.ts";
import { chunks, randomValues, sameWithinASecond } from "./fuzz.ts";

/** A service: its status and that of its log service, and whether it is normally down. */
interface Made {
  readonly status: Uint8Array;
  readonly log: Uint8Array | undefined;
  readonly down: boolean;
}

const RECORDS = 150;
/** sv counts failures up to 99; fewer, so that the exit code has the number. */
const AT_ONCE = 90;
const LENGTHS = Array.from({ length: 65 }, (_, length) => length);

/** Bytes that mean something in their place: half of the records would be nonsense otherwise. */
const sensible = fc
  .tuple(
    fc.constantFrom(0x40_00_00_00, 0x3f_ff_ff_ff, 0x40_00_00_01, 0, 0x80_00_00_00, 0xff_ff_ff_ff),
    fc.oneof(fc.nat(), fc.constantFrom(0, 0xff_ff_ff_ff, 1_700_000_000, 4_000_000_000)),
    fc.nat(),
    fc.oneof(fc.nat(), fc.constantFrom(0, 1, 0xff_ff_ff_ff, 0x80_00_00_00)),
    fc.constantFrom(0, 1, 2, 255),
    fc.oneof(fc.constantFrom(..."udoxUD".split("")), fc.constant("\0")),
    fc.constantFrom(0, 1, 2, 255),
    fc.constantFrom(0, 1, 2),
  )
  .map(([high, low, nanoseconds, pid, paused, want, termSent, phase]) => {
    const view = new DataView(new ArrayBuffer(STATUS_BYTES));
    for (const [at, word] of [high, low, nanoseconds].entries()) view.setUint32(at * 4, word);
    view.setUint32(12, pid, true);
    for (const [at, byte] of [paused, want.charCodeAt(0), termSent, phase].entries()) {
      view.setUint8(16 + at, byte);
    }
    return new Uint8Array(view.buffer);
  });
const bytes = fc.uint8Array({ minLength: 0, maxLength: 64 });
const ofTheLength = fc.uint8Array({ minLength: STATUS_BYTES, maxLength: STATUS_BYTES });
const status = fc.oneof(
  { weight: 4, arbitrary: sensible },
  { weight: 2, arbitrary: ofTheLength },
  { weight: 2, arbitrary: bytes },
);
const made: fc.Arbitrary<Made> = fc.record({
  status,
  log: fc.option(status, { nil: undefined, freq: 2 }),
  down: fc.boolean(),
});

/** Whether the original shows a file that is no status: `sv-status-format`. */
function isShownByTheOriginal(record: Uint8Array): boolean {
  return record.length >= STATUS_BYTES && !isRecord(record);
}

function isRecord(record: Uint8Array): boolean {
  try {
    decodeStatus(Buffer.from(record).toString("latin1"));
    return true;
  } catch (error) {
    assert.ok(error instanceof StatusFormatError);
    return false;
  }
}

/** The services in a directory, with a supervisor as far as sv can see; their names. */
function furnish(t: Cleanup, box: Sandbox, services: readonly Made[]): string[] {
  const names = services.map((_, index) => `s${index}`);
  const fifos = services.flatMap(({ status, log, down }, index) => {
    const dir = join(box.dir, names[index] ?? "");
    if (down) {
      mkdirSync(dir);
      writeFileSync(join(dir, "down"), "");
    }
    return [
      supervised(dir, status),
      ...(log === undefined ? [] : [supervised(join(dir, "log"), log)]),
    ];
  });
  execFileSync("xargs", ["mkfifo"], { input: fifos.join("\n") });
  const held = fifos.map((fifo) => openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
  t.after(async () => held.forEach(closeSync));
  return names;
}

/** Writes the status, and reports where the FIFO belongs. */
function supervised(dir: string, status: Uint8Array): string {
  const supervise = join(dir, "supervise");
  mkdirSync(supervise, { recursive: true });
  writeFileSync(join(supervise, "status"), status);
  return join(supervise, "ok");
}

async function ask(box: Sandbox, suite: Suite, names: readonly string[]): Promise<Outcome> {
  const told = await runTool(box, suite, "sv", ["status", ...names], { env: { SVDIR: box.dir } });
  const stdout = told.stdout
    // `sv-log-status`: after the failure, the original shows the main service's data as the log's.
    .replaceAll(/^(run|down|finish): log: .*\n/gm, "")
    // `sv-status-format`: ours has not all digits.
    .replaceAll(/ \d{16,}s/g, " AGEs");
  return { ...told, stdout };
}

describe("sv and a status that is not what it should be", { concurrency: 2 }, () => {
  const skip = debian.missing ?? false;

  test("what is as long as a record, or shorter, reads as with the original", {
    skip,
  }, async (t) => {
    const box = sandbox(t);
    const short = LENGTHS.map((length) => ({
      status: new Uint8Array(length).fill(1),
      log: undefined,
      down: false,
    }));
    const cases = [...short, ...randomValues(made, RECORDS)].filter(
      ({ status, log }) =>
        !isShownByTheOriginal(status) && (log === undefined || !isShownByTheOriginal(log)),
    );
    const names = furnish(t, box, cases);
    for (const some of chunks(names, AT_ONCE)) {
      await sameWithinASecond(
        () => ask(box, debian, some),
        () => ask(box, ours, some),
      );
    }
  });

  test("what is no record is never shown", improved("sv-status-format"), async (t) => {
    const box = sandbox(t);
    const long = LENGTHS.filter((length) => length > STATUS_BYTES).map((length) => {
      return new Uint8Array(length).fill(1);
    });
    const cases = [
      ...long,
      ...randomValues(bytes, RECORDS),
      ...randomValues(ofTheLength, RECORDS),
    ].filter((record) => !isRecord(record));
    const names = furnish(
      t,
      box,
      cases.map((record) => ({ status: record, log: undefined, down: false })),
    );
    for (const some of chunks(names, AT_ONCE)) {
      const { code, stdout, stderr } = await ask(box, ours, some);
      const expected = some.map(
        (name) => `warning: ${name}: unable to read supervise/status: bad format\n`,
      );
      assert.deepEqual(
        { code, stdout, stderr },
        { code: some.length, stdout: expected.join(""), stderr: "" },
      );
    }
  });
});
