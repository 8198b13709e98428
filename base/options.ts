/**
 * Command lines as runit's tools read them: single letters that may be clustered; an option's argument
 * is the rest of the word or the next word; `--`, or a word that begins so, ends the options; the first
 * other word, a lone `-` included, ends them too and is kept.
 *
 * What runit does not have has long names: `--name`, `--name=ARGUMENT` or `--name ARGUMENT`.
 *
 * Pure: words in, options out.
 * Source: runit 2.1.2, subgetopt.
 */

export interface Option {
  /** A letter, or a long name without its dashes. */
  readonly letter: string;
  /** `""` where the letter takes none. */
  readonly argument: string;
}

export type CommandLine =
  | { readonly ok: true; readonly options: readonly Option[]; readonly operands: readonly string[] }
  /** `problem` is what follows `NAME: `, such as `illegal option -- x`; `options` are those before it. */
  | { readonly ok: false; readonly problem: string; readonly options: readonly Option[] };

/**
 * @param words the command line without the tool's name
 * @param letters the letters it knows, each that takes an argument followed by a colon: `"vw:"`
 * @param readLong for a tool that has long names: {@link longOptions}
 */
export function parseOptions(
  words: readonly string[],
  letters: string,
  readLong?: ReadLong,
): CommandLine {
  const options: Option[] = [];
  const fail = (problem: string): CommandLine => ({ ok: false, problem, options });
  let at = 0;
  for (;;) {
    const word = words[at];
    if (word === undefined || word === "-" || !word.startsWith("-")) break;
    at += 1;
    if (word.startsWith("--")) {
      // Without long names, whatever begins so ends the options, as in the original.
      if (word === "--" || readLong === undefined) break;
      const long = readLong(word.slice(2), words[at]);
      if (typeof long === "string") return fail(long);
      options.push(long.option);
      at += long.wordsAfter;
      continue;
    }
    let index = 1;
    while (index < word.length) {
      const letter = word.charAt(index);
      index += 1;
      const known = letter === ":" ? -1 : letters.indexOf(letter);
      if (known < 0) return fail(`illegal option -- ${letter}`);
      if (letters.charAt(known + 1) !== ":") {
        options.push({ letter, argument: "" });
        continue;
      }
      const rest = word.slice(index);
      const argument = rest === "" ? words[at] : rest;
      if (rest === "") at += 1;
      if (argument === undefined) return fail(`option requires an argument -- ${letter}`);
      options.push({ letter, argument });
      index = word.length;
    }
  }
  return { ok: true, options, operands: words.slice(at) };
}

/** One long option, and how many words after its own it takes; or what is wrong with it. */
export type ReadLong = (
  word: string,
  next: string | undefined,
) => { readonly option: Option; readonly wordsAfter: number } | string;

/** @param names the long names that a tool knows, as the letters of {@link parseOptions}: `["verbose", "wait:"]` */
export function longOptions(names: readonly string[]): ReadLong {
  return (word, next) => parseLong(word, next, names);
}

function parseLong(
  word: string,
  next: string | undefined,
  longNames: readonly string[],
): ReturnType<ReadLong> {
  const equals = word.indexOf("=");
  const letter = equals < 0 ? word : word.slice(0, equals);
  const given = equals < 0 ? undefined : word.slice(equals + 1);
  if (longNames.includes(letter) && !letter.endsWith(":")) {
    if (given !== undefined) return `option takes no argument -- ${letter}`;
    return { option: { letter, argument: "" }, wordsAfter: 0 };
  }
  if (!longNames.includes(`${letter}:`)) return `illegal option -- ${letter}`;
  const argument = given ?? next;
  if (argument === undefined) return `option requires an argument -- ${letter}`;
  return { option: { letter, argument }, wordsAfter: given === undefined ? 1 : 0 };
}

/** The number that `text` begins with: decimal digits only; none is 0. Source: scan_ulong. */
export function leadingNumber(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** The part of a path after the last slash that something follows: what a tool was called by. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
