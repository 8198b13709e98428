/**
 * Words as Python's shlex takes them, by which supervisord reads `command` and `environment`.
 *
 * Pure. The rules are those of "Parsing Rules" in the documentation of Python's module shlex; the
 * tests compare with it.
 */
import { quotedPart, TokenError } from "../shlex.ts";

const BLANKS = new Set(" \t\r\n");
const QUOTES = new Set("'\"");
const ESCAPE = "\\";
/** Those of a word without POSIX rules, and `/.+-():`, which supervisord adds. */
const WORD = /^[A-Za-z0-9_/.+\-():]$/;

const UNCLOSED = "no closing quotation (a ; or # behind a blank begins a comment, also in quotes)";

/** A text is not what a reader of words takes. */
export class WordError extends Error {
  override readonly name = "WordError";
}

/** The words of a command, by POSIX rules: `shlex.split`. @throws {WordError} */
export function commandWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (BLANKS.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === ESCAPE) {
      at += 1;
      if (at === characters.length) throw new WordError("no character behind the last backslash");
      word = (word ?? "") + characters[at];
    } else if (QUOTES.has(character)) {
      const [inside, end] = inQuotes(characters, at);
      word = (word ?? "") + inside;
      at = end;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function inQuotes(characters: readonly string[], start: number): readonly [string, number] {
  try {
    return quotedPart(characters, start);
  } catch (error) {
    throw error instanceof TokenError ? new WordError(UNCLOSED) : error;
  }
}

/** The value of `environment`: `KEY="value",OTHER=value`. @throws {WordError} */
export function keyValuePairs(text: string): Map<string, string> {
  const tokens = simpleTokens(text);
  const pairs = new Map<string, string>();
  // What stands between two pairs is a comma, or anything else.
  for (let at = 0; at < tokens.length; at += 4) {
    const [key, equals, value] = tokens.slice(at, at + 3);
    if (key === undefined || equals !== "=" || value === undefined) {
      throw new WordError("is not KEY=value,KEY=value");
    }
    pairs.set(key, value.replace(/^['"]+|['"]+$/g, ""));
  }
  return pairs;
}

/** Tokens without POSIX rules: quotes stay, and a character that belongs to no word is a token. */
function simpleTokens(text: string): string[] {
  const tokens: string[] = [];
  const characters = [...text];
  let at = 0;
  while (at < characters.length) {
    const character = characters[at] ?? "";
    if (BLANKS.has(character)) {
      at += 1;
    } else if (character === "#") {
      at = afterLine(characters, at);
    } else if (QUOTES.has(character)) {
      const end = characters.indexOf(character, at + 1);
      if (end < 0) throw new WordError(UNCLOSED);
      tokens.push(characters.slice(at, end + 1).join(""));
      at = end + 1;
    } else if (WORD.test(character)) {
      let word = "";
      for (;;) {
        const next = characters[at] ?? "";
        // A comment does not end a word, which goes on in the next line.
        if (next === "#") at = afterLine(characters, at);
        else if (!isInWord(next)) break;
        else {
          word += next;
          at += 1;
        }
      }
      tokens.push(word);
    } else {
      tokens.push(character);
      at += 1;
    }
  }
  return tokens;
}

/** @returns the index of the first character of the next line */
function afterLine(characters: readonly string[], at: number): number {
  const end = characters.indexOf("\n", at);
  return end < 0 ? characters.length : end + 1;
}

function isInWord(character: string): boolean {
  return WORD.test(character) || QUOTES.has(character);
}
