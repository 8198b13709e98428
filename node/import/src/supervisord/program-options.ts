/** The options of one section, expanded, and those of which nobody has asked. */
import { ImportError, type Note, type Place } from "../note.ts";
import { type Option, optionNames, optionOf, type Section } from "./config-parser.ts";
import { ExpansionError, expand, type Variables } from "./expand.ts";
import { ValueError } from "./values.ts";
import { WordError } from "./words.ts";

export class ProgramOptions {
  readonly section: Section;
  readonly #sections: ReadonlyMap<string, Section>;
  readonly #asked = new Set<string>();

  constructor(sections: ReadonlyMap<string, Section>, section: Section) {
    this.#sections = sections;
    this.section = section;
  }

  option(name: string): Option | undefined {
    this.#asked.add(name);
    return optionOf(this.#sections, this.section, name);
  }

  text(name: string, variables: Variables): string | undefined {
    return this.value(name, variables, (text) => text);
  }

  /** @throws {ImportError} it is no such value */
  value<T>(name: string, variables: Variables, read: (text: string) => T): T | undefined {
    const option = this.option(name);
    if (option === undefined) return undefined;
    return refusing(option, name, () => read(expand(withHere(option.value, variables), variables)));
  }

  /** A note for an option that is set, with its value as it is written. */
  note(name: string, text: (value: string) => string): readonly Note[] {
    const option = this.option(name);
    if (option === undefined) return [];
    const { file, line, value } = option;
    return [{ file, line, text: `${name}: ${text(value)}` }];
  }

  /** A note for each option that has not been asked for. */
  rest(text: string): readonly Note[] {
    return [...optionNames(this.#sections, this.section)]
      .filter((name) => !this.#asked.has(name))
      .flatMap((name) => this.note(name, () => text));
  }
}

/** supervisord puts this one in before it formats, also in values that it does not format. */
function withHere(value: string, variables: Variables): string {
  return value.replaceAll("%(here)s", () => `${variables.get("here") ?? ""}`);
}

function refusing<T>(place: Place, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isBad =
      error instanceof ValueError || error instanceof ExpansionError || error instanceof WordError;
    if (!isBad) throw error;
    throw new ImportError(place, `${name}: ${error.message}`);
  }
}
