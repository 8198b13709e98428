/**
 * What an import has to say about the file that it reads.
 *
 * Pure: texts only.
 */

/** A line of a file; lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Something that is not carried over, or not as it was. */
export interface Note extends Place {
  readonly text: string;
}

export function noteText({ file, line, text }: Note): string {
  return shown(`${file}:${line}: ${text}`);
}

/** The text without control characters, which could end a line or control a terminal. */
export function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${code}`;
  });
}

/** The file cannot be imported, or a part of it. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly place: Place;

  constructor(place: Place, text: string) {
    super(text);
    this.place = place;
  }
}
