/**
 * Records of the login accounting files utmp and wtmp.
 *
 * Pure: bytes in, bytes out.
 * Source: utmp(5); glibc's bits/utmp.h, struct utmp. On x86-64 and most others the session and the
 * time have 32 bits, so that 32-bit programs can read the files; on arm64 they have 64.
 */

/** The size of a record, and the place of its time: offsets and sizes in bytes. */
export interface Layout {
  readonly size: number;
  /** The seconds of the time, 4 or 8 bytes. */
  readonly seconds: number;
  readonly secondsSize: 4 | 8;
}

const COMPATIBLE: Layout = { size: 384, seconds: 340, secondsSize: 4 };
const WIDE: Layout = { size: 400, seconds: 344, secondsSize: 8 };

/** Fields that have the same place in both layouts: `[offset, size]`; the type has two bytes. */
const TYPE = 0;
const LINE = [8, 32] as const;
const USER = [44, 32] as const;
const HOST = [76, 256] as const;

/** The type of a record of a login that has ended. */
const DEAD_PROCESS = 8;

/** ELF: the byte that says the order of bytes, the offset of the machine, and arm64; elf(5). */
const ELF_DATA = 5;
const ELF_MACHINE = 18;
const LITTLE_ENDIAN = 1;
const AARCH64 = 183;
/** How much of an executable {@link layoutFor} needs. */
export const ELF_BYTES = 20;

/** @param elf the first {@link ELF_BYTES} of an executable of this machine, a byte string */
export function layoutFor(elf: string): Layout {
  const isLittle = elf.charCodeAt(ELF_DATA) === LITTLE_ENDIAN;
  const [low, high] = isLittle ? [ELF_MACHINE, ELF_MACHINE + 1] : [ELF_MACHINE + 1, ELF_MACHINE];
  const machine = elf.charCodeAt(low) + elf.charCodeAt(high) * 256;
  return machine === AARCH64 ? WIDE : COMPATIBLE;
}

/** Whether somebody is logged in on `line` according to a record. */
export function isLoggedIn(record: Uint8Array, line: string): boolean {
  return text(record, USER) !== "" && text(record, LINE) === line;
}

/** Changes a record of utmp: its login has ended. The process, the id and the line stay. */
export function logOut(record: Uint8Array, layout: Layout, seconds: number): void {
  clear(record, USER);
  clear(record, HOST);
  end(record, layout, seconds);
}

/** A record for wtmp that says that the login on `line`, which fits the field, has ended. */
export function logoutRecord(layout: Layout, line: string, seconds: number): Uint8Array {
  const record = new Uint8Array(layout.size);
  const [at] = LINE;
  record.set(
    Array.from(line, (letter) => letter.charCodeAt(0)),
    at,
  );
  end(record, layout, seconds);
  return record;
}

function end(record: Uint8Array, layout: Layout, seconds: number): void {
  const view = new DataView(record.buffer, record.byteOffset);
  view.setInt16(TYPE, DEAD_PROCESS, IS_LITTLE_ENDIAN);
  if (layout.secondsSize === 4) view.setUint32(layout.seconds, seconds, IS_LITTLE_ENDIAN);
  else view.setBigInt64(layout.seconds, BigInt(seconds), IS_LITTLE_ENDIAN);
}

/** The machine's order, which the files have. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function text(record: Uint8Array, [at, size]: readonly [number, number]): string {
  const field = record.subarray(at, at + size);
  const nul = field.indexOf(0);
  return String.fromCharCode(...(nul < 0 ? field : field.subarray(0, nul)));
}

function clear(record: Uint8Array, [at, size]: readonly [number, number]): void {
  record.fill(0, at, at + size);
}
