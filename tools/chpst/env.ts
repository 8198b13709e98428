/**
 * The environment of the program: what the files of a directory (`-e`) and a dotenv file (`--env-file`) say of
 * it, and how that changes what was inherited.
 *
 * Pure: text in, variables out.
 * Source: runit 2.1.2, chpst(8) `-e`; the dotenv format is told in docs/man/chpst.8.
 */

/** A variable to be set, or, without a value, to be removed. */
export interface Edit {
  readonly name: string;
  readonly value: string | undefined;
}

/** Where variables come from. */
export interface EnvironmentSource {
  readonly kind: "directory" | "file";
  readonly path: string;
  /** A directory within the directory is an error. */
  readonly strict: boolean;
}

const BLANKS = " \t";

/**
 * The value that a file of the directory stands for: its first line without the blanks at its end, with NUL
 * bytes for newlines; `undefined`, so that the variable is removed, for an empty file.
 */
export function valueOfFile(content: string): string | undefined {
  if (content === "") return undefined;
  const newline = content.indexOf("\n");
  const line = newline < 0 ? content : content.slice(0, newline);
  return trimEnd(line, BLANKS).split("\0").join("\n");
}

/** The environment after the edits: what none of them names stays in its place; of two for one name the later counts. */
export function edited(environment: readonly string[], edits: readonly Edit[]): string[] {
  const last = new Map<string, string | undefined>();
  for (const { name, value } of edits) {
    last.delete(name); // so that it moves to the end
    last.set(name, value);
  }
  const kept = environment.filter((entry) => {
    const equals = entry.indexOf("=");
    return equals < 0 || !last.has(entry.slice(0, equals));
  });
  for (const [name, value] of last) if (value !== undefined) kept.push(`${name}=${value}`);
  return kept;
}

export type Dotenv =
  | { readonly ok: true; readonly edits: readonly Edit[] }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly problem: string };

/** What may end a line of a dotenv file. */
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
 * Reads a dotenv file: lines of `NAME=VALUE`, and nothing in them is executed or expanded. A value is bare, up
 * to the end of the line or ` #`, or within single quotes, as it stands, or within double quotes, where a
 * backslash escapes; in quotes it may go on over several lines.
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
    const quote = text.charAt(at);
    if (quote !== "'" && quote !== '"') {
      const bare = text.slice(at, endOfLine());
      edits.push({ name, value: trimEnd(withoutComment(bare), BLANKS_AND_CR) });
      continue;
    }
    at += 1;
    let value = "";
    for (let c = text.charAt(at); c !== quote; c = text.charAt(at)) {
      if (c === "") return fail(`${name}: quote without end`);
      if (c === "\\" && quote === '"') {
        const escaped = ESCAPES[text.charAt(at + 1)];
        // A backslash before anything else is a backslash.
        value += escaped ?? c;
        if (escaped !== undefined) at += 1;
        if (text.charAt(at) === "\n") line += 1;
      } else {
        value += c;
        if (c === "\n") line += 1;
      }
      at += 1;
    }
    at += 1;
    edits.push({ name, value });
    skipBlanks();
    if (!isLineEnd() && text.charAt(at) !== "#") return fail(`${name}: text after the quote`);
  }
  return { ok: true, edits };
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

function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
