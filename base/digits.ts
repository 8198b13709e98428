/**
 * Numbers as users and files write them.
 *
 * Pure: texts only.
 */

/** Whether `text` is decimal digits, at least one. */
export function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return text !== "";
}
