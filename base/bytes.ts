/**
 * Converts byte strings to bytes and back, and joins bytes.
 *
 * Pure: values in, values out.
 */

export const NEWLINE = 10;
export const NO_BYTES = new Uint8Array(0);

/** @param text each character is one byte */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Each byte becomes one character. */
export function textOf(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 1_024) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 1_024)));
  }
  return pieces.join("");
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
