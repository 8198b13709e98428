/**
 * Cuts bytes out of an ELF executable, so that they take no disk and no address space.
 *
 * Source of the numbers: elf(5), 64-bit little-endian.
 */

const MAGIC = "\x7fELF\x02\x01"; // 64 bits, little-endian
const TYPE_AT = 0x10;
const ET_EXEC = 2;
const PROGRAM_HEADERS_AT = 0x20;
const SECTION_HEADERS_AT = 0x28;
const PROGRAM_HEADER_BYTES_AT = 0x36;
const PROGRAM_HEADERS_COUNT_AT = 0x38;
const SECTION_HEADER_BYTES_AT = 0x3a;
const SECTION_HEADERS_COUNT_AT = 0x3c;

const PT_LOAD = 1;
const PT_NOTE = 4;
const SEGMENT = { type: 0, offset: 8, address: 16, fileBytes: 32, memoryBytes: 40, align: 48 };
const SECTION = { type: 4, offset: 24, bytes: 32 };
const SHT_NOBITS = 8;

/**
 * Removes the bytes from `start` to `end`, as far as they are whole pages. Everything else keeps
 * its address: the segment becomes two, with a hole between them, and the section ends where the
 * hole begins. A hole needs one more program header, and takes that of the notes (PT_NOTE), which
 * only debuggers read.
 *
 * @param start in the file, like `end`. Both are in one section
 * @returns the unchanged executable if it is not a 64-bit little-endian ELF, or has no notes
 */
export function cut(executable: Buffer, start: number, end: number): Buffer {
  if (executable.toString("latin1", 0, MAGIC.length) !== MAGIC) return executable;
  const segments = headers(
    executable,
    PROGRAM_HEADERS_AT,
    PROGRAM_HEADER_BYTES_AT,
    PROGRAM_HEADERS_COUNT_AT,
  ).map((header) => Buffer.from(header));
  const loaded = segments.filter((header) => header.readUInt32LE(SEGMENT.type) === PT_LOAD);
  const whole = loaded.find(
    (header) =>
      number(header, SEGMENT.offset) <= start &&
      end <= number(header, SEGMENT.offset) + number(header, SEGMENT.fileBytes),
  );
  const note = segments.find((header) => header.readUInt32LE(SEGMENT.type) === PT_NOTE);
  if (whole === undefined || note === undefined) return executable;
  const page = Math.max(...loaded.map((header) => number(header, SEGMENT.align)));
  const from = Math.ceil(start / page) * page;
  const to = Math.floor(end / page) * page;
  if (from >= to) return executable;

  const result = Buffer.concat([executable.subarray(0, from), executable.subarray(to)]);
  const moved = (offset: number): number => (offset < to ? offset : offset - (to - from));

  const kept = segments
    .filter((header) => header !== note)
    .flatMap((header) => (header === whole ? split(whole, from, to) : [header]));
  for (const header of kept) put(header, SEGMENT.offset, moved(number(header, SEGMENT.offset)));
  Buffer.concat(kept).copy(result, number(executable, PROGRAM_HEADERS_AT));

  const sectionsAt = moved(number(executable, SECTION_HEADERS_AT));
  put(result, SECTION_HEADERS_AT, sectionsAt);
  const sections = headers(
    result,
    SECTION_HEADERS_AT,
    SECTION_HEADER_BYTES_AT,
    SECTION_HEADERS_COUNT_AT,
  );
  for (const header of sections) {
    const offset = number(header, SECTION.offset);
    const bytes = number(header, SECTION.bytes);
    const isInFile = header.readUInt32LE(SECTION.type) !== SHT_NOBITS;
    if (isInFile && offset <= start && end <= offset + bytes) {
      put(header, SECTION.bytes, from - offset);
    }
    put(header, SECTION.offset, moved(offset));
  }
  return result;
}

/** Whether the kernel maps an ELF executable at the addresses that it was linked for. */
export function hasFixedAddresses(executable: Buffer): boolean {
  const isElf = executable.toString("latin1", 0, MAGIC.length) === MAGIC;
  return isElf && executable.readUInt16LE(TYPE_AT) === ET_EXEC;
}

/** The headers of a table, as views of the file. */
function headers(file: Buffer, tableAt: number, bytesAt: number, countAt: number): Buffer[] {
  const table = number(file, tableAt);
  const bytes = file.readUInt16LE(bytesAt);
  return Array.from({ length: file.readUInt16LE(countAt) }, (_, index) =>
    file.subarray(table + index * bytes, table + (index + 1) * bytes),
  );
}

/** The segments before and after the hole. */
function split(whole: Buffer, from: number, to: number): [Buffer, Buffer] {
  const start = number(whole, SEGMENT.offset);
  const [before, behind] = [Buffer.from(whole), Buffer.from(whole)];
  for (const size of [SEGMENT.fileBytes, SEGMENT.memoryBytes]) {
    put(before, size, from - start);
    put(behind, size, number(whole, size) - (to - start));
  }
  put(behind, SEGMENT.offset, to);
  for (const address of [SEGMENT.address, SEGMENT.address + 8]) {
    put(behind, address, number(whole, address) + (to - start));
  }
  return [before, behind];
}

function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

function put(bytes: Buffer, at: number, value: number): void {
  bytes.writeBigUInt64LE(BigInt(value), at);
}
