/**
 * The file `config` of a log directory: a line is a setting, its first character tells which. Later lines win;
 * rules accumulate. Empty lines, comments and letters that mean nothing are passed over.
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

const SIZE_UNITS: Readonly<Record<string, number>> = { k: 1_024, m: 1_048_576 };
const TIME_UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600 };
const SYSLOG_PORT = 514;

export interface Config {
  readonly settings: Settings;
  /** What to warn of. */
  readonly problems: readonly string[];
}

export function parseConfig(text: string): Config {
  let settings = DEFAULTS;
  const problems: string[] = [];
  const lines = text.split("\n");
  // A single character that no newline follows is not taken for a line.
  if ((lines.at(-1) ?? "").length <= 1) lines.pop();
  for (const whole of lines) {
    const [line = ""] = whole.split("\0", 1); // where a string ends for the original
    const change = parseLine(line.charAt(0), line.slice(1), settings);
    if (typeof change === "string") problems.push(change);
    else settings = { ...settings, ...change };
  }
  return { settings, problems };
}

/** What a line sets, or what is wrong with it; a line with a fault sets nothing. */
function parseLine(letter: string, rest: string, now: Settings): Partial<Settings> | string {
  switch (letter) {
    case "s":
      return { sizeMax: numberWithUnit(rest, SIZE_UNITS) };
    case "n":
      return { keep: leadingNumber(rest) };
    case "N":
      return { keepLeast: leadingNumber(rest) };
    case "t":
      return { ageS: numberWithUnit(rest, TIME_UNITS) };
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
    default:
      return {};
  }
}

function numberWithUnit(text: string, units: Readonly<Record<string, number>>): number {
  const unit = text.charAt(digitsOf(text).length);
  return leadingNumber(text) * (units[unit] ?? 1);
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
