/**
 * What is no ELF executable, or has no room to spare, stays as it is; the rest is shown by
 * seal.test.ts.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cut } from "./elf.ts";
import { HOST } from "./paths.ts";

test("leaves a file alone that is of another format", () => {
  const other = Buffer.alloc(100_000, "MZ");
  assert.equal(cut(other, 4_096, 65_536), other);
});

test("leaves an executable alone in which no whole page is left over", () => {
  const host = readFileSync(HOST);
  assert.equal(cut(host, 8_193, 12_287), host);
});

test("leaves an executable alone of which no segment has the bytes", () => {
  const host = readFileSync(HOST);
  assert.equal(cut(host, host.length, host.length + 65_536), host);
});

const PAGE = 4096;
const ADDRESS = 0x10000;
const SECTIONS_BYTES = 128;
/** Offsets and sizes of headers: elf(5). */
const PLACES = {
  32: {
    segments: { at: 0x34, bytes: 32, offset: 4, align: 28 },
    sections: { bytes: 40, offset: 16 },
  },
  64: {
    segments: { at: 0x40, bytes: 56, offset: 8, align: 48 },
    sections: { bytes: 64, offset: 24 },
  },
};

/** An executable of a loaded segment, a note, and two sections: `[from, to)` and the rest. */
function madeUp(bits: 32 | 64, [from, to]: readonly [number, number]): Buffer {
  const word = bits / 8;
  const file = Buffer.from(Array.from({ length: 10 * PAGE }, (_, at) => at % 251));
  const put = (at: number, ...values: number[]) => {
    for (const [index, value] of values.entries()) {
      const to = at + index * word;
      if (word === 4) file.writeUInt32LE(value, to);
      else file.writeBigUInt64LE(BigInt(value), to);
    }
  };
  const { segments, sections } = PLACES[bits];
  file.write(`\x7fELF${bits === 32 ? "\x01" : "\x02"}\x01`, 0, "latin1");
  put(bits === 32 ? 0x1c : 0x20, segments.at, file.length - SECTIONS_BYTES);
  const sizes = bits === 32 ? 0x2a : 0x36;
  const counts = [segments.bytes, 2, sections.bytes, 2];
  for (const [index, count] of counts.entries()) file.writeUInt16LE(count, sizes + index * 2);
  // PT_LOAD and PT_NOTE; the flags are behind the type, or before the alignment.
  const loaded = file.length - SECTIONS_BYTES;
  file.writeUInt32LE(1, segments.at);
  put(segments.at + segments.offset, 0, ADDRESS, ADDRESS, loaded, loaded);
  put(segments.at + segments.align, PAGE);
  file.writeUInt32LE(4, segments.at + segments.bytes);
  for (const [index, [offset, end]] of [[from, to] as const, [to, loaded] as const].entries()) {
    const at = loaded + index * sections.bytes;
    file.writeUInt32LE(1, at + 4);
    put(at + sections.offset, offset, end - offset);
  }
  return file;
}

/** Each byte of the memory that the executable asks for, by address. */
function memoryOf(bits: 32 | 64, file: Buffer): Map<number, number> {
  const { segments } = PLACES[bits];
  const word = bits / 8;
  const memory = new Map<number, number>();
  for (const header of [segments.at, segments.at + segments.bytes]) {
    const [offset = 0, address = 0, , bytes = 0] = [0, 1, 2, 3].map((index) => {
      const at = header + segments.offset + index * word;
      return word === 4 ? file.readUInt32LE(at) : Number(file.readBigUInt64LE(at));
    });
    if (file.readUInt32LE(header) !== 1) continue;
    for (let at = 0; at < bytes; at++) memory.set(address + at, file[offset + at] ?? -1);
  }
  return memory;
}

for (const bits of [32, 64] as const) {
  test(`cuts whole pages out of an executable of ${bits} bits, and the rest keeps its address`, () => {
    const section = [PAGE + 100, 9 * PAGE] as const;
    const file = madeUp(bits, section);
    const [from, to] = [3 * PAGE, 8 * PAGE];
    const result = cut(file, 2 * PAGE + 5, 8 * PAGE + 7);
    assert.equal(result.length, file.length - (to - from));
    const [before, after] = [memoryOf(bits, file), memoryOf(bits, result)];
    const headers = PLACES[bits].segments;
    for (const [address, byte] of before) {
      const at = address - ADDRESS;
      // The headers have changed.
      if (at < headers.at + 2 * headers.bytes) continue;
      assert.equal(after.get(address), at >= from && at < to ? undefined : byte, `byte ${at}`);
    }
    const sectionsAt = result.length - SECTIONS_BYTES;
    const { bytes, offset } = PLACES[bits].sections;
    const number = (at: number) =>
      bits === 32 ? result.readUInt32LE(at) : Number(result.readBigUInt64LE(at));
    assert.equal(number(bits === 32 ? 0x20 : 0x28), sectionsAt);
    assert.equal(number(sectionsAt + offset + bits / 8), from - section[0]);
    assert.equal(number(sectionsAt + bytes + offset), section[1] - (to - from));
  });
}
