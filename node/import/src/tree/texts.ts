/** Texts in a tree that have rules of their own. */
import { ImportError } from "../note.ts";
import { signalOf, ValueError } from "../supervisord/values.ts";
import { commandWords, WordError } from "../supervisord/words.ts";
import type { Fields } from "./fields.ts";

/**
 * A list of words, or a text that is split as a shell would, and run by none; empty if it is not
 * there.
 *
 * @throws {ImportError} it has no words
 */
export function wordsIn(fields: Fields, name: string): readonly string[] {
  if (Array.isArray(fields.get(name))) return fields.list(name) ?? [];
  return refusing(fields, name, () => commandWords(fields.text(name) ?? ""));
}

/** A signal's name without SIG. @throws {ImportError} it is none */
export function signalIn(fields: Fields, name: string): string | undefined {
  const text = fields.text(name);
  return text === undefined ? undefined : refusing(fields, name, () => signalOf(text));
}

function refusing<T>(fields: Fields, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError || error instanceof WordError)) throw error;
    throw new ImportError(fields.place(name), `${name}: ${error.message}`);
  }
}
