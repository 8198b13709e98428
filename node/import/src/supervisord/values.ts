/**
 * The values of supervisord's options.
 *
 * Pure. The rules are those of "Configuration File" in supervisord's manual.
 */
import { constants } from "node:os";

const YES = new Set(["true", "yes", "on", "1"]);
const NO = new Set(["false", "no", "off", "0"]);
const SIZES: Readonly<Record<string, number>> = { kb: 1_024, mb: 1_024 ** 2, gb: 1_024 ** 3 };
/** The numbers of Linux. */
const SIGNALS: Readonly<Record<string, string>> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  6: "ABRT",
  9: "KILL",
  10: "USR1",
  12: "USR2",
  15: "TERM",
};

/** A value that supervisord would refuse. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

export function booleanOf(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  throw new ValueError("neither true nor false");
}

export function integerOf(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new ValueError("no whole number");
  return Number(text);
}

/** A number of bytes, which may end in KB, MB or GB. */
export function bytesOf(text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+)\s*([kmg]b)?\s*$/i.exec(text) ?? [];
  if (number === "") throw new ValueError("no number of bytes");
  return Number(number) * (SIZES[unit.toLowerCase()] ?? 1);
}

/** A signal's name without SIG. */
export function signalOf(text: string): string {
  const word = text.trim().toUpperCase();
  const name = SIGNALS[word] ?? word.replace(/^SIG/, "");
  if (!Object.hasOwn(constants.signals, `SIG${name}`)) throw new ValueError("no signal");
  return name;
}

export function exitCodesOf(text: string): readonly number[] {
  const codes = text.split(",").map(integerOf);
  if (codes.some((code) => code < 0 || code > 255)) throw new ValueError("no exit code");
  return codes;
}

/** The file mode creation mask, in octal digits. */
export function umaskOf(text: string): string {
  const digits = text.trim().replace(/^0o/i, "");
  if (!/^[0-7]{1,4}$/.test(digits)) throw new ValueError("no octal number");
  return digits.padStart(3, "0");
}
