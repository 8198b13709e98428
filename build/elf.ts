/**
 * Cuts bytes out of an ELF executable, so that they take no disk and no address space.
 *
 * Source of the numbers: elf(5), little-endian.
 */

/** Addresses, offsets and sizes. */
interface Words {
  readonly bytes: number;
  read(from: Buffer, at: number): number;
  write(to: Buffer, at: number, value: number): void;
}

const WORDS_32: Words = {
  bytes: 4,
  read: (from, at) => from.readUInt32LE(at),
  write: (to, at, value) => to.writeUInt32LE(value, at),
};
const WORDS_64: Words = {
  bytes: 8,
  read: (from, at) => Number(from.readBigUInt64LE(at)),
  write: (to, at, value) => to.writeBigUInt64LE(BigInt(value), at),
};

/** The places in the file of what describes a table of headers. */
interface Table {
  /** Its offset, a word; the size of a header, and their count, of 16 bits. */
  readonly offsetAt: number;
  readonly bytesAt: number;
  readonly countAt: number;
}

/** The layout of the files of one word size: offsets in bytes. */
interface Layout {
  readonly words: Words;
  readonly programHeaders: Table;
  readonly sectionHeaders: Table;
  /** In a program header, whose type is the first number. */
  readonly segment: Readonly<
    Record<"offset" | "address" | "fileBytes" | "memoryBytes" | "align", number>
  >;
  /** In a section header. */
  readonly section: Readonly<Record<"offset" | "bytes", number>>;
}

const MAGIC_32 = "\x7fELF\x01\x01";
const MAGIC_64 = "\x7fELF\x02\x01";
const LAYOUTS: Readonly<Record<string, Layout>> = {
  [MAGIC_32]: {
    words: WORDS_32,
    programHeaders: { offsetAt: 0x1c, bytesAt: 0x2a, countAt: 0x2c },
    sectionHeaders: { offsetAt: 0x20, bytesAt: 0x2e, countAt: 0x30 },
    segment: { offset: 4, address: 8, fileBytes: 16, memoryBytes: 20, align: 28 },
    section: { offset: 16, bytes: 20 },
  },
  [MAGIC_64]: {
    words: WORDS_64,
    programHeaders: { offsetAt: 0x20, bytesAt: 0x36, countAt: 0x38 },
    sectionHeaders: { offsetAt: 0x28, bytesAt: 0x3a, countAt: 0x3c },
    segment: { offset: 8, address: 16, fileBytes: 32, memoryBytes: 40, align: 48 },
    section: { offset: 24, bytes: 32 },
  },
};

const TYPE_AT = 0x10;
const ET_EXEC = 2;
const SEGMENT_TYPE_AT = 0;
const PT_LOAD = 1;
const PT_NOTE = 4;
const SECTION_TYPE_AT = 4;
const SHT_NOBITS = 8;

/**
 * Removes the bytes from `start` to `end`, as far as they are whole pages. Everything else keeps
 * its address: the segment becomes two, with a hole between them, and the section ends where the
 * hole begins. A hole needs one more program header, and takes that of the notes (PT_NOTE), which
 * only debuggers read.
 *
 * @param start in the file, like `end`. Both are in one section
 * @returns the unchanged executable if it is not a little-endian ELF, or has no notes
 */
export function cut(executable: Buffer, start: number, end: number): Buffer {
  const layout = LAYOUTS[magicOf(executable)];
  if (layout === undefined) return executable;
  const { words, segment, section } = layout;
  const segments = headers(executable, layout.programHeaders, words).map((header) =>
    Buffer.from(header),
  );
  const loaded = segments.filter((header) => header.readUInt32LE(SEGMENT_TYPE_AT) === PT_LOAD);
  const whole = loaded.find(
    (header) =>
      words.read(header, segment.offset) <= start &&
      end <= words.read(header, segment.offset) + words.read(header, segment.fileBytes),
  );
  const note = segments.find((header) => header.readUInt32LE(SEGMENT_TYPE_AT) === PT_NOTE);
  if (whole === undefined || note === undefined) return executable;
  const page = Math.max(...loaded.map((header) => words.read(header, segment.align)));
  const from = Math.ceil(start / page) * page;
  const to = Math.floor(end / page) * page;
  if (from >= to) return executable;

  const result = Buffer.concat([executable.subarray(0, from), executable.subarray(to)]);
  const moved = (offset: number): number => (offset < to ? offset : offset - (to - from));

  const kept = segments
    .filter((header) => header !== note)
    .flatMap((header) => (header === whole ? split(whole, { from, to }, layout) : [header]));
  for (const header of kept) {
    words.write(header, segment.offset, moved(words.read(header, segment.offset)));
  }
  Buffer.concat(kept).copy(result, words.read(executable, layout.programHeaders.offsetAt));

  const sectionsAt = layout.sectionHeaders.offsetAt;
  words.write(result, sectionsAt, moved(words.read(executable, sectionsAt)));
  for (const header of headers(result, layout.sectionHeaders, words)) {
    const offset = words.read(header, section.offset);
    const bytes = words.read(header, section.bytes);
    const isInFile = header.readUInt32LE(SECTION_TYPE_AT) !== SHT_NOBITS;
    if (isInFile && offset <= start && end <= offset + bytes) {
      words.write(header, section.bytes, from - offset);
    }
    words.write(header, section.offset, moved(offset));
  }
  return result;
}

/** Whether the kernel maps a 64-bit ELF executable at the addresses that it was linked for. */
export function hasFixedAddresses(executable: Buffer): boolean {
  return magicOf(executable) === MAGIC_64 && executable.readUInt16LE(TYPE_AT) === ET_EXEC;
}

function magicOf(executable: Buffer): string {
  return executable.toString("latin1", 0, MAGIC_64.length);
}

/** The headers of a table, as views of the file. */
function headers(file: Buffer, { offsetAt, bytesAt, countAt }: Table, words: Words): Buffer[] {
  const table = words.read(file, offsetAt);
  const bytes = file.readUInt16LE(bytesAt);
  return Array.from({ length: file.readUInt16LE(countAt) }, (_, index) =>
    file.subarray(table + index * bytes, table + (index + 1) * bytes),
  );
}

/** The segments before and after the hole. */
function split(
  whole: Buffer,
  { from, to }: Readonly<Record<"from" | "to", number>>,
  layout: Layout,
): [Buffer, Buffer] {
  const { segment, words } = layout;
  const start = words.read(whole, segment.offset);
  const [before, behind] = [Buffer.from(whole), Buffer.from(whole)];
  for (const size of [segment.fileBytes, segment.memoryBytes]) {
    words.write(before, size, from - start);
    words.write(behind, size, words.read(whole, size) - (to - start));
  }
  words.write(behind, segment.offset, to);
  // The physical address is behind the virtual one.
  for (const address of [segment.address, segment.address + words.bytes]) {
    words.write(behind, address, words.read(whole, address) + (to - start));
  }
  return [before, behind];
}
