import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { decodeStatus, encodeStatus, readStat, StatusFormatError, statText } from "./status.ts";

const PLAIN = { noNullPrototype: true } as const;
const records = fc.record(
  {
    phase: fc.constantFrom("down", "run", "finish"),
    since: fc.record(
      {
        seconds: fc.integer({ min: 0, max: 2 ** 40 }),
        nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
      },
      PLAIN,
    ),
    pid: fc.nat({ max: 2 ** 22 }),
    want: fc.constantFrom("up", "down"),
    paused: fc.boolean(),
    termSent: fc.boolean(),
  } as const,
  PLAIN,
);

test("reads the record that the original runit 2.1.2 wrote, and writes the same bytes", () => {
  // supervise/status of Debian's runsv with ./down, as supervise-dir's example has it
  const bytes = Buffer.from("400000006b029194348f0e240000000000640000", "hex").toString("latin1");
  const record = decodeStatus(bytes);
  assert.deepEqual(record, {
    phase: "down",
    since: { seconds: 1795330442, nanoseconds: 881790500 },
    pid: 0,
    want: "down",
    paused: false,
    termSent: false,
  });
  assert.equal(encodeStatus(record), bytes);
});

test("stores the pid with its lowest byte first", () => {
  const since = { seconds: 0, nanoseconds: 0 };
  const facts = { phase: "run", since, want: "up", paused: false, termSent: false } as const;
  assert.equal(encodeStatus({ ...facts, pid: 0x2dd5 }).slice(12, 16), "\xd5\x2d\0\0");
});

test("any record survives writing and reading", () => {
  fc.assert(
    fc.property(records, (record) => assert.deepEqual(decodeStatus(encodeStatus(record)), record)),
  );
});

test("any bytes are a record or a StatusFormatError, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom("u", "d", "x"), (bytes, want) => {
      if (bytes.length > 17) bytes[17] = want.charCodeAt(0);
      try {
        decodeStatus(Buffer.from(bytes).toString("latin1"));
        assert.equal(bytes.length, 20);
        assert.ok((bytes[15] ?? 255) < 128);
        assert.ok(["u", "d"].includes(String.fromCharCode(bytes[17] ?? 0)));
        assert.ok((bytes[19] ?? 3) < 3);
      } catch (error) {
        assert.ok(error instanceof StatusFormatError);
      }
    }),
  );
});

test("words the state as runsv(8) does, and what is wanted only of a service that is not down", () => {
  const plain = { phase: "run", want: "up", paused: false, termSent: false } as const;
  assert.equal(statText(plain), "run\n");
  assert.equal(
    statText({ phase: "run", want: "exit", paused: true, termSent: true }),
    "run, paused, got TERM, want exit\n",
  );
  assert.equal(statText({ ...plain, phase: "finish", want: "down" }), "finish, want down\n");
  assert.equal(statText({ ...plain, phase: "down", want: "down" }), "down\n");
});

test("readStat reads what statText wrote, but for the want of a service that is down", () => {
  const wants = fc.constantFrom("up", "down", "exit");
  fc.assert(
    fc.property(records, wants, ({ phase, paused, termSent }, want) => {
      const flags = { phase, want, paused, termSent };
      const expected = phase === "down" ? { ...flags, want: "up" } : flags;
      assert.deepEqual(readStat(statText(flags)), expected);
    }),
  );
});

test("readStat refuses other texts", () => {
  for (const text of ["", "\n", "run", "ran\n", ", want exit\n", "Run, paused\n"]) {
    assert.equal(readStat(text), undefined, text);
  }
});
