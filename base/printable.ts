/**
 * Makes names from elsewhere safe to print: they cannot control a terminal or end a line.
 *
 * Pure: names in, texts out.
 */

/** Returns at most `maxBytes` of the byte string `name` in printable ASCII. */
export function printable(name: string, maxBytes = 128): string {
  const characters = [...name.slice(0, maxBytes)].map((character) => {
    if (character >= " " && character <= "~") return character;
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return character === "\r" ? "\\r" : `\\x${code}`;
  });
  return characters.join("") + (name.length > maxBytes ? "..." : "");
}
