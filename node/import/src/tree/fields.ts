/** The entries of a map in a tree, and those of which nobody has asked. */
import { ImportError, type Note, type Place } from "../note.ts";
import { isProcessCount, NO_COUNT } from "../process-count.ts";
import type { SourceTree, TreePath } from "./source-tree.ts";

export class Fields {
  readonly #tree: SourceTree;
  readonly #path: TreePath;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  /** @throws {ImportError} there is no map at that path */
  constructor(tree: SourceTree, path: TreePath, value: unknown) {
    this.#tree = tree;
    this.#path = path;
    if (!isRecord(value)) throw new ImportError(this.place(), "is no map");
    this.#values = value;
  }

  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Of the map, or of an entry. */
  place(...path: TreePath): Place {
    return { file: this.#tree.file, line: this.#tree.lineOf([...this.#path, ...path]) };
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** `undefined` also if it is null. */
  get(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  /** @throws {ImportError} it is a list or a map */
  text(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : this.#scalar(value, name);
  }

  /** @throws {ImportError} it is no number */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text.trim() === "" || !Number.isFinite(Number(text))) {
      throw new ImportError(this.place(name), `${name}: no number`);
    }
    return Number(text);
  }

  /** @throws {ImportError} it is no number of processes */
  count(name: string): number | undefined {
    const count = this.number(name);
    if (count === undefined || isProcessCount(count)) return count;
    throw new ImportError(this.place(name), `${name}: ${NO_COUNT}`);
  }

  /** @throws {ImportError} it is neither true nor false */
  boolean(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined || text === "true" || text === "false") return text && text === "true";
    throw new ImportError(this.place(name), `${name}: neither true nor false`);
  }

  /** A list of texts; a text that is none is a list of one. @throws {ImportError} */
  list(name: string): readonly string[] | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return [this.#scalar(value, name)];
    return value.map((one) => this.#scalar(one, name));
  }

  /** `undefined` if there is no map. */
  fields(name: string): Fields | undefined {
    const value = this.get(name);
    return isRecord(value) ? new Fields(this.#tree, [...this.#path, name], value) : undefined;
  }

  /** A note for an entry that is there. */
  note(name: string, text: string): readonly Note[] {
    return this.has(name) ? [{ ...this.place(name), text: `${name}: ${text}` }] : [];
  }

  /** A note for each entry that is there. */
  notes(texts: Readonly<Record<string, string>>): readonly Note[] {
    return Object.entries(texts).flatMap(([name, text]) => this.note(name, text));
  }

  /** A note for each entry that has not been asked for. */
  rest(text: string): readonly Note[] {
    return this.names.filter((name) => !this.#asked.has(name)).flatMap((n) => this.note(n, text));
  }

  #scalar(value: unknown, name: string): string {
    if (["string", "number", "bigint", "boolean"].includes(typeof value)) return `${value}`;
    throw new ImportError(this.place(name), `${name}: no text`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
