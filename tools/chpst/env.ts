/**
 * The environment of the program: the value that a file of a directory (`-e`) stands for, and how
 * edits change the environment that was inherited. dotenv.ts reads dotenv files.
 *
 * Pure: text in, variables out.
 * Source: runit 2.1.2, chpst(8) `-e`.
 */

/** A variable to set, or, without a value, to remove. */
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

export const BLANKS = " \t";

/**
 * The value that a file of the directory stands for: its first line without the blanks at its end,
 * and with a newline in place of each NUL byte. For an empty file `undefined`: the variable is
 * removed.
 */
export function valueOfFile(content: string): string | undefined {
  if (content === "") return undefined;
  const newline = content.indexOf("\n");
  const line = newline < 0 ? content : content.slice(0, newline);
  return trimEnd(line, BLANKS).split("\0").join("\n");
}

/**
 * The environment after the edits. Other variables stay in their places; the last edit of a name
 * counts.
 */
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

/** The text without those of `characters` that end it. */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
