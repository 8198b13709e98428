/**
 * Which of the files that most services do without are in a service directory, at the cost of one
 * fstat: names come and go only with a new change time of the directory, so the directory is read
 * again only after that. The modification time would not do, because programs that copy a directory
 * set it.
 */
import * as posix from "posix";
import type { Directory } from "../base/directory.ts";
import { ignoringErrors } from "../base/errors.ts";
import { DEPENDENCY_KINDS } from "../protocol/dependency.ts";
import { MAIN_FILES, type ServiceFile } from "../protocol/service-directory.ts";

const NAMES = [
  ...MAIN_FILES,
  ...DEPENDENCY_KINDS,
  "access",
  "control",
  "down",
  "finish",
  "max-death-tally",
  "restart-delay-max",
] as const satisfies readonly (ServiceFile | "control")[];

export type OptionalFile = (typeof NAMES)[number];

/** The shortest name of a limit file, or of one of {@link MAIN_FILES}. */
const LIMIT_NAME_MIN = 8;
/**
 * A change time can be so coarse that two changes share it; on FAT it is whole seconds, in steps of
 * two.
 */
const COARSEST_MS = 2_000;

const NONE: readonly string[] = [];

export class OptionalFiles {
  readonly #home: Directory;
  /** When the directory was changed before it was read last; NaN if that is not certain. */
  #changedMs: number | undefined;
  #found = NONE;
  #mayHaveLog = true;
  #mayHaveLimitFiles = true;
  /** What is known holds for the event that is being handled. */
  #isCurrent = false;
  /** The texts of limit files as they were read last, by their paths. */
  declare private texts?: Map<string, string>;

  constructor(home: Directory) {
    this.#home = home;
  }

  /** Call this after each event, and before the next one if time may have passed until then. */
  expire(): void {
    this.#isCurrent = false;
  }

  /**
   * Whether the directory has one of these, as of the first call after {@link expire}; `true` if
   * that cannot be found out.
   */
  has(...names: readonly OptionalFile[]): boolean {
    if (!this.#isCurrent && ignoringErrors(() => this.#update()) === undefined) return true;
    return this.#hasFound(names);
  }

  /** Whether the directory may have had a limit file when it was read last. */
  get mayHaveLimitFiles(): boolean {
    this.#readOnce();
    return this.#mayHaveLimitFiles;
  }

  /**
   * Whether the directory may have had an entry `log` when it was read last. That is none of
   * {@link OptionalFile}: a service with a log service and without these files is quickly known.
   */
  get mayHaveLog(): boolean {
    this.#readOnce();
    return this.#mayHaveLog;
  }

  /** @param text `undefined` if there is no such file */
  remember(path: string, text: string | undefined): void {
    if (text === undefined) {
      this.texts?.delete(path);
    } else {
      this.texts ??= new Map();
      this.texts.set(path, text);
    }
  }

  /** The last text given to {@link remember}. */
  rememberedText(path: string): string | undefined {
    return this.texts?.get(path);
  }

  #readOnce(): void {
    if (this.#changedMs === undefined) ignoringErrors(() => this.#update());
  }

  #hasFound(names: readonly string[]): boolean {
    return this.#found !== NONE && names.some((name) => this.#found.includes(name));
  }

  #update(): true {
    const home = this.#home;
    // A change since the first fstat only makes the next event read the directory again.
    const { ctimeMs } = this.#changedMs === undefined ? home.firstStat : posix.fstat(home.fd);
    if (ctimeMs !== this.#changedMs) this.#read(ctimeMs);
    this.#isCurrent = true;
    return true;
  }

  #read(ctimeMs: number): void {
    const { seconds } = posix.clockReal();
    const names = posix.readdir(this.#home.fd);
    const found = names.filter((name) => (NAMES as readonly string[]).includes(name));
    this.#found = found.length === 0 ? NONE : found;
    this.#mayHaveLog = names.includes("log");
    this.#mayHaveLimitFiles = names.some(mayBeLimitFile);
    // A name that came in the same tick of the clock would not change the time.
    this.#changedMs = seconds * 1_000 - ctimeMs > COARSEST_MS ? ctimeMs : Number.NaN;
  }
}

/**
 * Whether the name may be that of a limit file, or a misspelling of one: most directories contain
 * no name this long.
 */
export function mayBeLimitFile(name: string): boolean {
  return name.length >= LIMIT_NAME_MIN && name !== "supervise";
}
