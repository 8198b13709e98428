/** Text of JavaScript as byte strings, which the code of the tools has for names, and back. */

export function toBytes(text: string | Uint8Array): string {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text);
  return bytes.toString("latin1");
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
