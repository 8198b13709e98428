/**
 * The file `config` of a log directory. The first character of a line is the name of a setting.
 * Later lines override earlier ones; rules accumulate. Empty lines and comments are skipped. A line
 * that svlogd does not understand is ignored, with a warning.
 *
 * Pure: text in, settings out.
 * Source: runit 2.1.2, svlogd(8), LOG DIRECTORY.
 */
import { leadingNumber } from "../../base/options.ts";

/**
 * `+ -` select lines, `e E` select lines for standard error; the last rule that matches decides.
 */
export interface SelectionRule {
  readonly kind: "+" | "-" | "e" | "E";
  readonly pattern: string;
}

interface UdpTarget {
  /** IPv4, as a number of 32 bits. */
  readonly address: number;
  readonly port: number;
}

export interface Settings {
  /** The size that `current` never exceeds, in bytes; 0 is no limit. */
  readonly sizeMax: number;
  /** How many rotated files are kept; 0 is all. */
  readonly keep: number;
  /** How many rotated files are kept even when the disk is full. */
  readonly keepLeast: number;
  /** The age in seconds at which `current` is rotated, whatever its size; 0 is never. */
  readonly ageS: number;
  /** The command that processes rotated files. */
  readonly processor: string | undefined;
  readonly prefix: string;
  readonly target: UdpTarget | undefined;
  /** Lines go to the target only, and not to the file. */
  readonly targetOnly: boolean;
  readonly rules: readonly SelectionRule[];
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
/** How much of a line that is not understood a warning quotes. */
const QUOTED_CHARACTERS = 80;
/** A file that is not a config at all does not get a warning for each of its lines. */
const PROBLEMS_MAX = 10;

interface Config {
  readonly settings: Settings;
  /** Warnings, as whole messages. */
  readonly problems: readonly string[];
}

/** @param name the file, as warnings name it */
export function parseConfig(text: string, name: string): Config {
  let settings = DEFAULTS;
  const problems: string[] = [];
  const lines = text.split("\n");
  // As in runit, a single character without a newline is not a line.
  if ((lines.at(-1) ?? "").length <= 1) lines.pop();
  for (const [index, whole] of lines.entries()) {
    const [line = ""] = whole.split("\0", 1); // runit ends the line there
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

/**
 * The settings that a line changes, or an error message in runit's words; `undefined` if the line
 * is not understood.
 */
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

/** A number, with or without a unit; text after a blank is a comment. */
function amount(text: string, units: Units): number | undefined {
  const { length } = digitsOf(text);
  const factor = units[text.charAt(length)];
  const rest = text.slice(factor === undefined ? length : length + 1);
  if (length === 0 || rest.charAt(0).trim() !== "") return undefined;
  return leadingNumber(text) * (factor ?? 1);
}

/** `a.b.c.d` or `a.b.c.d:port`; other text after the address is ignored. */
function parseTarget(text: string): UdpTarget | string {
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
