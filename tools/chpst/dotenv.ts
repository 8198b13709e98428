/**
 * Dotenv files, which `--env-file` reads.
 *
 * Pure: text in, variables out.
 * Source: ours; docs/man/chpst.8 describes the format.
 */
import { BLANKS, type Edit, trimEnd } from "./env.ts";

type Dotenv =
  | { readonly ok: true; readonly edits: readonly Edit[] }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly problem: string };

const QUOTES = "'\"";
/** The characters that may end a line of a dotenv file. */
const BLANKS_AND_CR = " \t\r";
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  $: "$",
  "`": "`",
  "\n": "",
};

/**
 * Reads a dotenv file: lines of `NAME=VALUE`. It executes and expands nothing. A value is bare, up
 * to the end of the line or ` #`; or within single quotes, as it stands; or within double quotes,
 * where a backslash escapes. In quotes it may extend over several lines.
 */
export function parseDotenv(text: string): Dotenv {
  const edits: Edit[] = [];
  let at = 0;
  let line = 1;
  const fail = (problem: string): Dotenv => ({ ok: false, line, problem });
  const skipBlanks = () => {
    while (at < text.length && BLANKS.includes(text.charAt(at))) at += 1;
  };
  const isLineEnd = () => {
    const rest = text.slice(at, at + 2);
    return rest === "" || rest.startsWith("\n") || rest === "\r\n" || rest === "\r";
  };
  const endOfLine = () => {
    const newline = text.indexOf("\n", at);
    return newline < 0 ? text.length : newline;
  };
  if (text.includes("\0")) return fail("NUL byte");
  for (; at < text.length; at = endOfLine() + 1, line += 1) {
    skipBlanks();
    if (isLineEnd() || text.charAt(at) === "#") continue;
    if (text.startsWith("export", at) && BLANKS.includes(text.charAt(at + 6) || "=")) {
      at += 6;
      skipBlanks();
    }
    const start = at;
    while (isNameCharacter(text.charCodeAt(at), at > start)) at += 1;
    const name = text.slice(start, at);
    skipBlanks();
    if (name === "" || text.charAt(at) !== "=") return fail("not NAME=VALUE");
    at += 1;
    skipBlanks();
    if (!QUOTES.includes(text.charAt(at) || " ")) {
      const bare = text.slice(at, endOfLine());
      edits.push({ name, value: trimEnd(withoutComment(bare), BLANKS_AND_CR) });
      continue;
    }
    const quoted = readQuoted(text, at);
    line += quoted.newlines;
    at = quoted.end;
    if (quoted.value === undefined) return fail(`${name}: quote without end`);
    edits.push({ name, value: quoted.value });
    skipBlanks();
    if (!isLineEnd() && text.charAt(at) !== "#") return fail(`${name}: text after the quote`);
  }
  return { ok: true, edits };
}

/**
 * Reads the value that the quote at `start` begins.
 *
 * @returns the value, `undefined` if the quote does not end; the place behind it; and how many
 * lines it ends
 */
function readQuoted(
  text: string,
  start: number,
): { readonly value: string | undefined; readonly end: number; readonly newlines: number } {
  const quote = text.charAt(start);
  let [at, value, newlines] = [start + 1, "", 0];
  for (let c = text.charAt(at); c !== quote; c = text.charAt(at)) {
    if (c === "") return { value: undefined, end: at, newlines };
    // A backslash before a character that has no escape is a backslash.
    const escaped = c === "\\" && quote === '"' ? ESCAPES[text.charAt(at + 1)] : undefined;
    if (escaped !== undefined) at += 1;
    value += escaped ?? c;
    if (text.charAt(at) === "\n") newlines += 1;
    at += 1;
  }
  return { value, end: at + 1, newlines };
}

/** `A-Z`, `a-z`, `_`, and digits but for the first one. */
function isNameCharacter(code: number, mayBeDigit: boolean): boolean {
  const letter = code | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || code === 0x5f) return true;
  return mayBeDigit && code >= 0x30 && code <= 0x39;
}

/** A `#` after a blank, or at the start, begins a comment. */
function withoutComment(text: string): string {
  for (let at = text.indexOf("#"); at >= 0; at = text.indexOf("#", at + 1)) {
    if (at === 0 || BLANKS.includes(text.charAt(at - 1))) return text.slice(0, at);
  }
  return text;
}
