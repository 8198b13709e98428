import assert from "node:assert/strict";
import { test } from "node:test";
import { ELF_BYTES, isLoggedIn, layoutFor, logOut, logoutRecord } from "./record.ts";

/** The identification of an executable; elf(5). */
function elf(machine: number, isLittle = true): string {
  const bytes = new Uint8Array(ELF_BYTES);
  bytes[5] = isLittle ? 1 : 2;
  new DataView(bytes.buffer).setUint16(18, machine, isLittle);
  return String.fromCharCode(...bytes);
}

const LAYOUTS = [
  { name: "x86-64", layout: layoutFor(elf(62)), size: 384, line: 8, user: 44, time: 340 },
  { name: "arm64", layout: layoutFor(elf(183)), size: 400, line: 8, user: 44, time: 344 },
] as const;

for (const { name, layout, size, line, user, time } of LAYOUTS) {
  test(`a record of ${name} is logged out in place`, () => {
    const record = new Uint8Array(size).fill(0xff, 0, time);
    record.fill(0, line, 332); // the end of the host
    record.set(Buffer.from("tty1"), line);
    record.set(Buffer.from("ann"), user);
    const before = record.slice();
    assert.ok(isLoggedIn(record, "tty1"));
    logOut(record, layout, 1_700_000_001);
    assert.ok(!isLoggedIn(record, "tty1"));
    const view = new DataView(record.buffer);
    assert.deepEqual([view.getInt16(0, true), view.getUint32(time, true)], [8, 1_700_000_001]);
    const changed = [...record.keys()].filter((index) => record[index] !== before[index]);
    const inUser = changed.filter((index) => index >= user && index < user + 3);
    const inTime = changed.filter((index) => index >= time && index < time + 4);
    assert.deepEqual(changed, [0, 1, ...inUser, ...inTime]);
  });

  test(`a record of ${name} for wtmp has line, time and type alone`, () => {
    const record = logoutRecord(layout, "pts/1", 1_700_000_001);
    const view = new DataView(record.buffer);
    assert.equal(record.length, size);
    assert.deepEqual([view.getInt16(0, true), view.getUint32(time, true)], [8, 1_700_000_001]);
    assert.equal(Buffer.from(record.subarray(line, line + 6)).toString(), "pts/1\0");
    assert.equal(record.filter((byte) => byte !== 0).length, 1 + 4 + "pts/1".length);
  });
}

test("a machine of the other order of bytes is recognised", () => {
  assert.equal(layoutFor(elf(183, false)).size, 400);
  assert.equal(layoutFor(elf(22, false)).size, 384);
  assert.equal(layoutFor("").size, 384);
});

test("a line without a user, and one that only begins alike, are not logged in", () => {
  const record = new Uint8Array(384);
  record.set(Buffer.from("tty1"), 8);
  assert.ok(!isLoggedIn(record, "tty1"));
  record.set(Buffer.from("ann"), 44);
  assert.ok(!isLoggedIn(record, "tty"));
  assert.ok(!isLoggedIn(record, "tty10"));
});

test("a line as long as its field ends with the field", () => {
  const record = new Uint8Array(384);
  const line = "x".repeat(32);
  record.set(Buffer.from(line), 8);
  record.set(Buffer.from("1"), 40);
  record.set(Buffer.from("ann"), 44);
  assert.ok(isLoggedIn(record, line));
});
