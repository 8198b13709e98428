/**
 * Base64, for bytes in JSON.
 *
 * Pure: a byte string in, text out. Source: RFC 4648, section 4.
 */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function base64(bytes: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const byte = (index: number): number => bytes.charCodeAt(at + index) || 0; // NaN behind the end
    const bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 0x3f)).join("");
    const used = Math.min(bytes.length - at, 3) + 1;
    text += digits.slice(0, used).padEnd(4, "=");
  }
  return text;
}
