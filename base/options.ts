/**
 * Parses command lines as runit's tools do: options are single letters that may be clustered; an
 * option's argument is the rest of the word or the next word; `--`, or any word that begins with
 * it, ends the options; so does the first other word, including a lone `-`, which stays an operand.
 *
 * Options that runit does not have use long names: `--name`, `--name=ARGUMENT` or `--name
 * ARGUMENT`; `--name[=ARGUMENT]` if the argument is optional.
 *
 * Pure: words in, options out.
 * Source: runit 2.1.2, subgetopt.
 */

/** An option as given on the command line. */
interface Option {
  /** A letter, or a long name without its dashes. */
  readonly name: string;
  /** `""` if the option takes no argument. */
  readonly argument: string;
}

type CommandLine =
  | {
      readonly ok: true;
      readonly options: readonly Option[];
      readonly operands: readonly string[];
      /** `--` ended the options: what follows is operands alone. */
      readonly isEnded: boolean;
    }
  /**
   * `problem` follows `TOOL: ` in the message, such as `illegal option -- x`; `options` holds those
   * before it.
   */
  | { readonly ok: false; readonly problem: string; readonly options: readonly Option[] };

/**
 * @param words the command line without the tool's name
 * @param letters the tool's letters, with a colon after each that takes an argument: `"vw:"`
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
  let isEnded = false;
  for (;;) {
    const word = words[at];
    if (word === undefined || word === "-" || !word.startsWith("-")) break;
    at += 1;
    if (word.startsWith("--")) {
      // Without long names, any word that begins with `--` ends the options, as in the original.
      if (word === "--" || readLong === undefined) {
        isEnded = true;
        break;
      }
      const long = readLong(word.slice(2), words[at]);
      if (typeof long === "string") return fail(long);
      options.push(long.option);
      at += long.wordsAfter;
      continue;
    }
    let index = 1;
    while (index < word.length) {
      const name = word.charAt(index);
      index += 1;
      const known = name === ":" ? -1 : letters.indexOf(name);
      if (known < 0) return fail(`illegal option -- ${name}`);
      if (letters.charAt(known + 1) !== ":") {
        options.push({ name, argument: "" });
        continue;
      }
      const rest = word.slice(index);
      const argument = rest === "" ? words[at] : rest;
      if (rest === "") at += 1;
      if (argument === undefined) return fail(`option requires an argument -- ${name}`);
      options.push({ name, argument });
      index = word.length;
    }
  }
  return { ok: true, options, operands: words.slice(at), isEnded };
}

/** Returns a long option and the number of words after its own that it takes; or the problem. */
export type ReadLong = (
  word: string,
  next: string | undefined,
) => { readonly option: Option; readonly wordsAfter: number } | string;

/** An option that a tool accepts. */
export interface OptionName {
  /** A letter, or a long name without its dashes. */
  readonly name: string;
  /** The argument's name in the usage line; `undefined` if the option takes none. */
  readonly argument?: string;
  /** A long option that may stand without its argument, which then is `""`: `--name[=ARGUMENT]`. */
  readonly isOptional?: boolean;
}

/** @param known the options with long names; others are ignored */
export function longOptions(known: readonly OptionName[]): ReadLong {
  return (word, next) => {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const given = equals < 0 ? undefined : word.slice(equals + 1);
    const option = known.find((one) => one.name.length > 1 && one.name === name);
    if (option === undefined) return `illegal option -- ${name}`;
    if (option.argument === undefined) {
      if (given !== undefined) return `option takes no argument -- ${name}`;
      return { option: { name, argument: "" }, wordsAfter: 0 };
    }
    if (option.isOptional === true && given !== "") {
      return { option: { name, argument: given ?? "" }, wordsAfter: 0 };
    }
    const argument = given ?? next;
    if (argument === undefined || option.isOptional === true)
      return `option requires an argument -- ${name}`;
    return { option: { name, argument }, wordsAfter: given === undefined ? 1 : 0 };
  };
}

/**
 * Returns the number at the start of `text`, decimal digits only; 0 if there is none. Source:
 * scan_ulong.
 */
export function leadingNumber(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** Returns the part of a path after the last slash: the name that a tool was called by. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path without slashes at its end; `/` stays. */
export function withoutSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path.charAt(end - 1) === "/") end -= 1;
  return path.slice(0, end);
}
