/**
 * The file `config` of a log directory: a line is a setting, its first character tells which. Later lines win;
 * rules accumulate. Empty lines and comments are passed over; what is not understood is ignored, with a warning.
 *
 * Pure: text in, settings out.
 * Source: runit 2.1.2, svlogd(8), LOG DIRECTORY.
 */
import { leadingNumber } from "../../base/options.ts";

/** `+ -` select lines, `e E` select them for standard error; the last that matches decides. */
export interface Rule {
  readonly kind: "+" | "-" | "e" | "E";
  readonly pattern: string;
}

export interface Target {
  /** IPv4, as a number of 32 bits. */
  readonly address: number;
  readonly port: number;
}

export interface Settings {
  /** The size that `current` never exceeds; 0 is no limit. */
  readonly sizeMax: number;
  /** How many old logs are kept; 0 is all. */
  readonly keep: number;
  /** Down to how many old logs are deleted when the disk is full. */
  readonly keepLeast: number;
  /** When `current` is rotated whatever its size; 0 is never. */
  readonly ageS: number;
  /** What old logs are processed by. */
  readonly processor: string | undefined;
  readonly prefix: string;
  readonly target: Target | undefined;
  /** Lines go to the target and not to the file. */
  readonly targetOnly: boolean;
  readonly rules: readonly Rule[];
}

export const DEFAULTS: Settings = {
  sizeMax: 1_000_000,
  keep: 10,
  keepLeast: 10,
  ageS: 0,
  processor: undefined,
  prefix: "",
  target: undefined,
  targetOnly: false,
  rules: [],
};

type Units = Readonly<Record<string, number>>;
const SIZE_UNITS: Units = { k: 1_024, m: 1_048_576, M: 1_048_576, g: 1_073_741_824 };
const TIME_UNITS: Units = { s: 1, m: 60, h: 3_600, d: 86_400 };
const NO_UNITS: Units = {};
const SYSLOG_PORT = 514;
/** What is quoted of a line that is not understood. */
const QUOTED_CHARACTERS = 80;
/** A file of something else altogether deserves no warning for each of its lines. */
const PROBLEMS_MAX = 10;

export interface Config {
  readonly settings: Settings;
  /** What to warn of, as whole messages. */
  readonly problems: readonly string[];
}

/** @param name the file, as warnings name it */
export function parseConfig(text: string, name: string): Config {
  let settings = DEFAULTS;
  const problems: string[] = [];
  const lines = text.split("\n");
  // A single character that no newline follows is not taken for a line.
  if ((lines.at(-1) ?? "").length <= 1) lines.pop();
  for (const [index, whole] of lines.entries()) {
    const [line = ""] = whole.split("\0", 1); // where a string ends for the original
    const change = parseLine(line.charAt(0), line.slice(1), settings);
    if (typeof change === "string") problems.push(change);
    else if (change === undefined) problems.push(`${name}:${index + 1}: ignored: ${quoted(line)}`);
    else settings = { ...settings, ...change };
  }
  return { settings, problems: shortened(problems, name) };
}

function shortened(problems: readonly string[], name: string): readonly string[] {
  const more = problems.length - PROBLEMS_MAX;
  if (more <= 0) return problems;
  return [...problems.slice(0, PROBLEMS_MAX), `${name}: ignored: ${more} more lines`];
}

/** The beginning of a line, in printable ASCII. */
function quoted(line: string): string {
  const start = [...line.slice(0, QUOTED_CHARACTERS)];
  const text = start.map((one) => (one < " " || one > "~" ? "?" : one)).join("");
  return line.length > QUOTED_CHARACTERS ? `${text}...` : text;
}

/** What a line sets; what is wrong with it, in runit's words; `undefined` if it is not understood. */
function parseLine(
  letter: string,
  rest: string,
  now: Settings,
): Partial<Settings> | string | undefined {
  switch (letter) {
    case "s":
      return setting("sizeMax", amount(rest, SIZE_UNITS));
    case "n":
      return setting("keep", amount(rest, NO_UNITS));
    case "N":
      return setting("keepLeast", amount(rest, NO_UNITS));
    case "t":
      return setting("ageS", amount(rest, TIME_UNITS));
    case "!":
      return rest === "" ? {} : { processor: rest };
    case "p":
      return rest === "" ? {} : { prefix: rest };
    case "u":
    case "U": {
      const target = parseTarget(rest);
      return typeof target === "string" ? target : { target, targetOnly: letter === "U" };
    }
    case "+":
    case "-":
    case "e":
    case "E":
      return { rules: [...now.rules, { kind: letter, pattern: rest }] };
    case "#":
      return {};
    default:
      return `${letter}${rest}`.trim() === "" ? {} : undefined;
  }
}

function setting(key: keyof Settings, value: number | undefined): Partial<Settings> | undefined {
  return value === undefined ? undefined : { [key]: value };
}

/** A number, with a unit or without; what follows a blank is a comment. */
function amount(text: string, units: Units): number | undefined {
  const { length } = digitsOf(text);
  const factor = units[text.charAt(length)];
  const rest = text.slice(factor === undefined ? length : length + 1);
  if (length === 0 || rest.charAt(0).trim() !== "") return undefined;
  return leadingNumber(text) * (factor ?? 1);
}

/** `a.b.c.d` or `a.b.c.d:port`; what follows the address otherwise is of no account. */
function parseTarget(text: string): Target | string {
  const problem = `unable to scan ip address: ${text}`;
  let address = 0;
  let at = 0;
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (text.charAt(at) !== ".") return problem;
      at += 1;
    }
    const digits = digitsOf(text.slice(at));
    const number = leadingNumber(digits);
    if (digits === "" || number > 255) return problem;
    address = address * 256 + number;
    at += digits.length;
  }
  if (text.charAt(at) !== ":") return { address, port: SYSLOG_PORT };
  const port = leadingNumber(text.slice(at + 1));
  if (port === 0 || port > 65_535) return `unable to scan port number: ${text.slice(at + 1)}`;
  return { address, port };
}

function digitsOf(text: string): string {
  let length = 0;
  while (length < text.length && text.charAt(length) >= "0" && text.charAt(length) <= "9") {
    length += 1;
  }
  return text.slice(0, length);
}
