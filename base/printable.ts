/** Names that come from others, as they can be shown: they do nothing to a terminal, and end no line. */

/** More of a name than this is not shown. */
const NAME_MAX_CHARACTERS = 128;

/** The byte string `name` in printable ASCII. Pure. */
export function printable(name: string): string {
  const characters = [...name.slice(0, NAME_MAX_CHARACTERS)].map((character) => {
    if (character >= " " && character <= "~") return character;
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return character === "\r" ? "\\r" : `\\x${code}`;
  });
  return characters.join("") + (name.length > NAME_MAX_CHARACTERS ? "..." : "");
}
