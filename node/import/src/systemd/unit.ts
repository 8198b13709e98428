/** The options of a unit, and those of which nobody has asked. */
import { ImportError, type Note, type Place } from "../note.ts";
import { ValueError } from "../supervisord/values.ts";
import { expandSpecifiers, type UnitName } from "./specifiers.ts";
import type { Assignment } from "./unit-parser.ts";

export class Unit {
  readonly name: UnitName;
  readonly place: Place;
  readonly #assignments: readonly Assignment[];
  readonly #asked = new Set<Assignment>();

  constructor(name: UnitName, file: string, assignments: readonly Assignment[]) {
    this.name = name;
    this.place = { file, line: assignments[0]?.line ?? 1 };
    this.#assignments = assignments;
  }

  /** All assignments since the last one without a value, which takes those before it back. */
  all(key: string): readonly Assignment[] {
    const found = this.#assignments.filter((one) => one.key === key);
    for (const one of found) this.#asked.add(one);
    const reset = found.map(({ value }) => value).lastIndexOf("");
    return found.slice(reset + 1);
  }

  /** The last assignment; `undefined` if it has no value. */
  last(key: string): Assignment | undefined {
    return this.all(key).at(-1);
  }

  /** The value of the last assignment, with its specifiers. */
  text(key: string): string | undefined {
    return this.value(key, (text) => text);
  }

  /** @throws {ImportError} it is no such value */
  value<T>(key: string, read: (text: string) => T): T | undefined {
    const found = this.last(key);
    return found && this.refusing(found, () => read(this.expand(found.value)));
  }

  expand(text: string): string {
    return expandSpecifiers(text, this.name);
  }

  /** @throws {ImportError} `read` throws a {@link ValueError} */
  refusing<T>({ key, file, line }: Assignment, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ImportError({ file, line }, `${key}: ${error.message}`);
    }
  }

  /** A note for each assignment of the option. */
  note(key: string, text: string): readonly Note[] {
    return this.all(key).map((one) => noteOn(one, text));
  }

  /** A note for each assignment that has not been asked for. */
  rest(text: string): readonly Note[] {
    return this.#assignments
      .filter((one) => !this.#asked.has(one) && one.value !== "")
      .map((one) => noteOn(one, text));
  }
}

export function noteOn({ file, line, key }: Assignment, text: string): Note {
  return { file, line, text: `${key}: ${text}` };
}
