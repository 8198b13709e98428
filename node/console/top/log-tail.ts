/** The last lines of a log that is followed, and the part of them that somebody looks at. */
import { LogFollower, type LogLine } from "../src/sv/log-reader.ts";
import { serviceAt } from "../src/sv/reader.ts";

/** Of more lines, the oldest are left out. */
const LINES_MAX = 2_000;
const LINES_AT_START = 500;

export class LogTail {
  readonly name: string;
  readonly #follower: LogFollower;
  #lines: LogLine[] = [];
  /** So many lines from the end; 0 goes on with those that come. */
  #back = 0;
  #problem: string | undefined;

  constructor(home: string, name: string, onChange: () => void) {
    this.name = name;
    this.#follower = new LogFollower(serviceAt(home, name), {
      count: LINES_AT_START,
      onLines: (lines) => {
        this.#lines = [...this.#lines, ...lines].slice(-LINES_MAX);
        // What is looked at stays where it is.
        if (this.#back > 0) this.move(lines.length);
        onChange();
      },
      onProblem: (problem) => {
        this.#problem = problem;
        onChange();
      },
    });
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  get isAtEnd(): boolean {
    return this.#back === 0;
  }

  /** The lines for so many rows. */
  visible(rows: number): readonly LogLine[] {
    const end = Math.max(Math.min(rows, this.#lines.length), this.#lines.length - this.#back);
    return this.#lines.slice(Math.max(0, end - rows), end);
  }

  /** @param by lines towards the beginning */
  move(by: number): void {
    this.#back = Math.min(Math.max(0, this.#back + by), Math.max(0, this.#lines.length - 1));
  }

  close(): void {
    this.#follower.close();
  }
}
