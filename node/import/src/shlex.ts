/**
 * The tokens of Python's shlex by POSIX rules, by which honcho reads a line of `.env`.
 *
 * Pure. The rules are those of "Parsing Rules" in the documentation of Python's module shlex; the
 * tests compare with it.
 */

const BLANKS = new Set(" \t\r\n");
const QUOTES = new Set("'\"");
const ESCAPE = "\\";
const COMMENT = "#";
/** ASCII and the letters of Latin-1, without the signs for multiplication and division. */
const WORD = /^[A-Za-z0-9_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]$/;

/** A line has no tokens. */
export class TokenError extends Error {
  override readonly name = "TokenError";
}

/** Of one line; a character that belongs to no word is a token. @throws {TokenError} */
export function posixTokens(line: string): string[] {
  const tokens: string[] = [];
  const characters = [...line];
  let token: string | undefined;
  const end = (): void => {
    if (token !== undefined) tokens.push(token);
    token = undefined;
  };
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (BLANKS.has(character)) {
      end();
    } else if (character === COMMENT) {
      break;
    } else if (character === ESCAPE) {
      at += 1;
      if (at === characters.length) throw new TokenError("no character behind the last backslash");
      token = (token ?? "") + characters[at];
    } else if (QUOTES.has(character)) {
      const [inside, last] = quotedPart(characters, at);
      token = (token ?? "") + inside;
      at = last;
    } else if (WORD.test(character)) {
      token = (token ?? "") + character;
    } else {
      end();
      tokens.push(character);
    }
  }
  end();
  return tokens;
}

/** @returns the text in quotes that begin at `start`, and the index of those that end it */
export function quotedPart(
  characters: readonly string[],
  start: number,
): readonly [string, number] {
  const quote = characters[start];
  let inside = "";
  for (let at = start + 1; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === quote) return [inside, at];
    if (quote === '"' && character === ESCAPE) {
      at += 1;
      if (at === characters.length) throw new TokenError("no character behind the last backslash");
      const escaped = characters[at] ?? "";
      inside += escaped === ESCAPE || escaped === quote ? escaped : ESCAPE + escaped;
    } else {
      inside += character;
    }
  }
  throw new TokenError("no closing quotation");
}
