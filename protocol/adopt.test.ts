import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import {
  ADOPT_BYTES,
  ADOPT_MAX_BYTES,
  AdoptFormatError,
  type AdoptRecord,
  decodeAdopt,
  encodeAdopt,
  isSealed,
} from "./adopt.ts";

const count = fc.nat();
const plain = { noNullPrototype: true };
const records: fc.Arbitrary<AdoptRecord> = fc.record(
  {
    bootId: fc.uuid().map((boot) => `${boot}/25`),
    pid: fc.integer({ min: 1, max: 2 ** 22 }),
    startTicks: fc.maxSafeNat(),
    phase: fc.constantFrom("run", "finish"),
    since: fc.record(
      { seconds: fc.maxSafeInteger(), nanoseconds: fc.nat({ max: 999_999_999 }) },
      plain,
    ),
    startedMs: fc.maxSafeNat(),
    pipe: fc.option(
      fc.tuple(count, count).map(([device, inode]) => `${device}:${inode}`),
      { nil: undefined },
    ),
    session: fc.option(fc.maxSafeNat(), { nil: undefined }),
    file: fc.tuple(count, count).map(([device, inode]) => `${device}:${inode}`),
  },
  plain,
);
const optional: fc.Arbitrary<Pick<AdoptRecord, "notification" | "socket" | "output">> = fc.record(
  {
    notification: fc.tuple(count, fc.constant("15:14315308")),
    socket: fc.constant("0123456789abcdef".repeat(2)),
    output: fc.array(fc.constant("15:14315309"), { minLength: 1, maxLength: 2 }),
  },
  { ...plain, requiredKeys: [] },
);
const complete: fc.Arbitrary<AdoptRecord> = fc
  .tuple(records, optional)
  .map(([record, more]) => ({ ...record, ...more }));

function lengthOf({ notification, socket, output }: AdoptRecord): number {
  const isShort = [notification, socket, output].every((entry) => entry === undefined);
  return isShort ? ADOPT_BYTES : ADOPT_MAX_BYTES;
}

test("a record reads as it was written, and has one of two lengths", () => {
  fc.assert(
    fc.property(complete, fc.nat({ max: 160 }), (record, left) => {
      const text = encodeAdopt(record);
      assert.equal(text.length, lengthOf(record));
      assert.deepEqual(decodeAdopt(text), record);
      // The rest of a longer record that was there before.
      assert.deepEqual(decodeAdopt(text + " ".repeat(left)), record);
    }),
  );
});

test("what is no record, or one that is cut short, is refused", () => {
  const refused = (text: string) => assert.throws(() => decodeAdopt(text), AdoptFormatError);
  for (const text of ["", "{}", "null", "\0".repeat(ADOPT_MAX_BYTES), "4711\n"]) {
    refused(text);
    refused(`${text.padEnd(ADOPT_BYTES - 1)}\n`);
  }
  fc.assert(
    fc.property(complete, fc.nat(), (record, length) => {
      const text = encodeAdopt(record);
      refused(text.slice(0, length % text.length));
    }),
  );
});

test("a record with a field missing, of another type or out of range is refused", () => {
  const refusedWith = (change: Record<string, unknown>, record: AdoptRecord) => {
    const values = { ...JSON.parse(encodeAdopt(record)), ...change };
    const text = JSON.stringify(values)
      .padEnd(ADOPT_BYTES - 1)
      .concat("\n");
    assert.throws(() => decodeAdopt(text), AdoptFormatError);
  };
  const [record] = fc.sample(records, 1) as [AdoptRecord];
  for (const name of ["life", "pid", "startTicks", "phase", "since", "startedMs", "file"]) {
    for (const value of [undefined, null, {}, [], true]) refusedWith({ [name]: value }, record);
  }
  for (const change of [
    { version: 2 },
    { pid: 0 },
    { pid: -1 },
    { pid: 1.5 },
    { phase: "down" },
    { since: { seconds: 0, nanoseconds: 1e9 } },
    { pipe: 3 },
  ]) {
    refusedWith(change, record);
  }
});

test("a seal is of the whole record, and leaves its length and what it reads as", () => {
  const sealOf = (text: string) => `${text.length}`.padStart(16, "0");
  fc.assert(
    fc.property(complete, (record) => {
      const text = encodeAdopt(record, sealOf);
      assert.equal(text.length, lengthOf(record));
      assert.deepEqual(decodeAdopt(text), record);
      assert.equal(isSealed(text, sealOf), text.includes("seal"));
      assert.ok(!isSealed(text, () => "f".repeat(16)));
      assert.ok(!isSealed(text, () => undefined));
      assert.ok(!isSealed(encodeAdopt(record), sealOf));
    }),
  );
  const [record] = fc.sample(records, 1) as [AdoptRecord];
  const usual = { ...record, startTicks: 123_456_789, pipe: "13:123456", file: "65024:123456" };
  const sealed: string[] = [];
  const text = encodeAdopt(usual, (bare) => {
    sealed.push(bare);
    return "0".repeat(16);
  });
  assert.ok(isSealed(text, (bare) => (sealed.includes(bare) ? "0".repeat(16) : undefined)));
  const other = text.replace('"phase"', '"PHASE"');
  assert.ok(!isSealed(other, (bare) => (sealed.includes(bare) ? "0".repeat(16) : undefined)));
});
