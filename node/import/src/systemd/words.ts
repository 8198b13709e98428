/**
 * Words with quotes and escapes, as systemd splits the values of `ExecStart` and `Environment`.
 *
 * Pure. The rules are those of "Quoting" in systemd.syntax(7).
 */
import { ValueError } from "../supervisord/values.ts";

const BLANK = /\s/;
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const NUMBER = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

/** @throws {ValueError} a quotation does not end */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < text.length) {
      const [value, length] = escaped(text.slice(at + 1));
      word = (word ?? "") + value;
      at += length;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (BLANK.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) throw new ValueError("no closing quotation");
  return word === undefined ? words : [...words, word];
}

/** @returns the character, and the length of its escape without the backslash */
function escaped(text: string): readonly [string, number] {
  const [whole, hex, octal, short, long] = NUMBER.exec(text) ?? [];
  if (whole !== undefined) {
    const code =
      octal === undefined
        ? Number.parseInt(hex ?? short ?? long ?? "", 16)
        : Number.parseInt(octal, 8);
    if (code > 0 && code <= 0x10_ffff) return [String.fromCodePoint(code), whole.length];
  }
  const first = text.charAt(0);
  const value = ESCAPES[first];
  return value === undefined ? [`\\${first}`, 1] : [value, 1];
}
