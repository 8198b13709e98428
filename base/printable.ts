/** Names that come from others, as they can be shown: they do nothing to a terminal, and end no line. */

/** The byte string `name` in printable ASCII, and no more of it than `maxBytes`. Pure. */
export function printable(name: string, maxBytes = 128): string {
  const characters = [...name.slice(0, maxBytes)].map((character) => {
    if (character >= " " && character <= "~") return character;
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return character === "\r" ? "\\r" : `\\x${code}`;
  });
  return characters.join("") + (name.length > maxBytes ? "..." : "");
}
