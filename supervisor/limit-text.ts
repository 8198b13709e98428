/**
 * The words of the files that set limits.
 *
 * Pure: text in, values out.
 */
import { isAscii } from "../base/utf8.ts";

/**
 * The number in a file: decimal digits, optionally followed by white space.
 *
 * @returns `undefined` for any other text
 */
export function parseNumber(text: string): number | undefined {
  const digits = text.trimEnd();
  const isNumber = digits !== "" && [...digits].every((digit) => digit >= "0" && digit <= "9");
  return isNumber ? Number(digits) : undefined;
}

/** The name of a signal in capitals and without `SIG`, from the text of a file: `SIGINT`, `int`. */
export function parseSignalName(text: string): string {
  const word = text.trimEnd();
  // Beyond ASCII, the capital of a character that stands for a byte may be none.
  const name = isAscii(word) ? word.toUpperCase() : word;
  return name.startsWith("SIG") ? name.slice(3) : name;
}
