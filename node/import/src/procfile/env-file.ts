/**
 * The variables of a file `.env`, as honcho reads it, with a note if foreman reads something else.
 *
 * Pure. The rules are those of honcho's documentation, "Using Procfiles", and of foreman(1).
 */
import { ImportError, type Note } from "../note.ts";
import { posixTokens, TokenError } from "../shlex.ts";

export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  /** The lines of the variables, from 1. */
  readonly lines: ReadonlyMap<string, number>;
  readonly notes: readonly Note[];
}

const NAME = /^[A-Za-z_]/;
/** A line as foreman takes it; others it ignores. */
const FOREMAN = /^([A-Za-z_0-9]+)=(.*)$/;

/** @throws {ImportError} a line that honcho refuses */
export function parseEnvFile(text: string, file: string): EnvFile {
  const variables = new Map<string, string>();
  const lines = new Map<string, number>();
  const notes: Note[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const place = { file, line: index + 1 };
    const [name, value] = honchoPair(line, place) ?? [];
    const [otherName, other] = foremanPair(line) ?? [];
    if (name !== undefined && value !== undefined) {
      variables.set(name, value);
      lines.set(name, place.line);
      if (name === otherName && other !== value) {
        notes.push({ ...place, text: `${name}: foreman reads another value; use double quotes` });
      }
    } else if (line.trim() !== "" && !line.trimStart().startsWith("#")) {
      const what = otherName === undefined ? "no variable" : `${otherName}: honcho has no variable`;
      notes.push({ ...place, text: `${what} here` });
    }
  }
  return { variables, lines, notes };
}

function honchoPair(
  line: string,
  place: { readonly file: string; readonly line: number },
): readonly [string, string] | undefined {
  let tokens: readonly string[];
  try {
    tokens = posixTokens(line);
  } catch (error) {
    throw error instanceof TokenError ? new ImportError(place, error.message) : error;
  }
  const [name = "", equals, ...value] = tokens;
  if (equals !== "=" || value.length === 0 || !NAME.test(name)) return undefined;
  return [name, value.join("").replaceAll("\\n", "\n").replaceAll("\\t", "\t")];
}

function foremanPair(line: string): readonly [string, string] | undefined {
  const [, name, value] = FOREMAN.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  const [, single] = /^'(.*)'$/.exec(value) ?? [];
  const [, double] = /^"(.*)"$/.exec(value) ?? [];
  return [name, single ?? double?.replaceAll("\\n", "\n").replace(/\\(.)/g, "$1") ?? value];
}
