/**
 * Reads on in a log directory as it grows, across rotations: each byte once and in order.
 *
 * svlogd renames `current` and makes a new one. The old file stays open here, so it is read to its
 * end first. The rotated files that are new since then, other than that one, were whole rotations
 * in between. If a link leads to another directory by now, it goes on with `current` there.
 */
import * as posix from "posix";
import { ignoringErrors, isPosixError } from "../../../base/errors.ts";
import { type LogFiles, listLog } from "./log-directory.ts";
import { type LogFile, UnreadableLog } from "./log-file.ts";
import { CURRENT } from "./log-names.ts";
import { realPath } from "./path-links.ts";

export class FollowedLog {
  readonly directory: string;
  readonly #onLost: () => void;
  #current: LogFile | undefined;
  /** The offset in `#current` of the next byte. */
  #at: number;
  /** The path of the directory without links, when `#current` was opened. */
  #place: string | undefined;
  /** The labels of the rotated files that were there when `#current` was opened. */
  #known: ReadonlySet<string>;

  /**
   * @param files as they are listed; keeps `current`
   * @param at the offset in `current` to begin at
   * @param onLost called when rotated files were deleted before they were read
   */
  constructor(directory: string, files: LogFiles, at: number, onLost: () => void) {
    this.directory = directory;
    this.#onLost = onLost;
    this.#current = files.current;
    this.#at = at;
    this.#known = labelsOf(files);
    this.#place = realPath(directory);
  }

  /**
   * What is new, in chunks, each valid until the next.
   *
   * @throws {UnreadableLog}
   */
  *read(): Generator<Uint8Array> {
    for (;;) {
      yield* this.#readCurrent();
      const now = this.#idOfCurrent();
      // Between the two steps of a rotation there is no `current`; another event follows.
      if (now === undefined || now === this.#current?.id) return;
      yield* this.#readCurrent(); // what was written before it was renamed
      yield* this.#changeFile();
    }
  }

  close(): void {
    this.#current?.close();
  }

  *#readCurrent(): Generator<Uint8Array> {
    const current = this.#current;
    if (current === undefined) return;
    if (current.size < this.#at) this.#at = 0; // somebody has emptied it
    for (const chunk of current.chunks(this.#at, Number.POSITIVE_INFINITY)) {
      this.#at += chunk.length;
      yield chunk;
    }
  }

  *#changeFile(): Generator<Uint8Array> {
    const files = listLog(this.directory);
    const former = this.#current;
    const place = realPath(this.directory);
    // The log is elsewhere now; what was rotated there is older.
    const isElsewhere = place !== this.#place;
    const fresh = isElsewhere
      ? []
      : files.rotated.filter(({ label = "" }) => !this.#known.has(label));
    // svlogd may delete them any moment.
    const missed = fresh.filter((file) => file.open());
    let isLost = missed.length < fresh.length;
    if (former !== undefined && missed.length > 0) {
      const at = missed.findIndex(({ id }) => id === former.id);
      // If there is none, a processor has replaced the file, or svlogd has deleted it.
      if (at >= 0 || hasProcessor(this.directory)) {
        for (const file of missed.splice(0, Math.max(at, 0) + 1)) file.close();
      } else isLost = true;
    }
    if (isLost) this.#onLost();
    former?.close();
    this.#current = files.current;
    this.#at = 0;
    this.#known = labelsOf(files);
    this.#place = place;
    try {
      for (const file of missed) yield* file.chunks(0, Number.POSITIVE_INFINITY);
    } finally {
      for (const file of missed) file.close();
    }
  }

  #idOfCurrent(): string | undefined {
    const path = `${this.directory}/${CURRENT}`;
    try {
      return posix.stat(posix.AT_FDCWD, path, 0)?.id;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      throw new UnreadableLog(path, error);
    }
  }
}

function labelsOf({ rotated }: LogFiles): ReadonlySet<string> {
  return new Set(rotated.flatMap(({ label }) => label ?? []));
}

/** Whether `config` names a processor. Source: svlogd(8). */
function hasProcessor(directory: string): boolean {
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, `${directory}/config`)) ?? "";
  return text.split("\n").some((line) => line.startsWith("!"));
}
