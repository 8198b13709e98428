/**
 * Variables that a process gets.
 *
 * Pure: texts only.
 */
import type { Note, Place } from "./note.ts";

/** What sh takes for a variable. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function isVariable(name: string): boolean {
  return VARIABLE.test(name);
}

/** A note for each variable that no script of sh can set. */
export function variableNotes(names: Iterable<string>, { file, line }: Place): readonly Note[] {
  return [...names]
    .filter((name) => !isVariable(name))
    .map((name) => ({ file, line, text: `environment: sh has no variable ${name}` }));
}
