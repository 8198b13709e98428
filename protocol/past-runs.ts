/**
 * The last runs of ./run, as lines of `supervise/history` (history.ts), the newest first:
 *
 *     ran 1 0 1795330442 1203
 *
 * The numbers are the arguments of ./finish, code and status, the Unix time of the exit in seconds,
 * and how long the process ran, in milliseconds. After a KILL that the supervisor did not send, one
 * more follows: by how much the kernel's count of processes that it killed for lack of memory had
 * risen since the start. A supervisor holds the text and not the values, because a process may hold
 * thousands of supervisors.
 *
 * Pure: values in, text out, and back.
 */

/** How many runs a supervisor keeps. */
export const RUNS_MAX = 16;
const WORD = "ran";

const BYTE_MAX = 255;

/** One run of ./run. */
export interface PastRun {
  /** 0 to 255, or -1 after a signal. */
  readonly code: number;
  /** The signal, plus 128 if it left a core file; 0 after an exit. */
  readonly status: number;
  /** The Unix time of the exit. */
  readonly endedS: number;
  readonly ranMs: number;
  /**
   * How many processes of the machine the kernel has killed for lack of memory meanwhile; known
   * only after a KILL that the supervisor did not send.
   */
  readonly memoryKills?: number | undefined;
}

/**
 * The lines with one more run, and without those beyond {@link RUNS_MAX}. Its `memoryKills` are not
 * known yet: see {@link withMemoryKills}.
 */
export function withRun(
  lines: string,
  { code, status, endedS, ranMs }: Omit<PastRun, "memoryKills">,
): string {
  const ran = Math.max(0, Math.floor(ranMs));
  const all = `${WORD} ${code} ${status} ${endedS} ${ran}\n${lines}`;
  let end = 0;
  for (let kept = 0; kept < RUNS_MAX && end < all.length; kept += 1) {
    end = all.indexOf("\n", end) + 1;
  }
  return all.slice(0, end);
}

/** The lines with the `memoryKills` of the newest run. */
export function withMemoryKills(lines: string, kills: number): string {
  const end = lines.indexOf("\n");
  return end < 0 ? lines : `${lines.slice(0, end)} ${kills}${lines.slice(end)}`;
}

/** The lines of runs in the text of a history; lines that make no sense are left out. */
export function runLines(text: string): string {
  const lines = text.split("\n").filter((line) => runIn(line) !== undefined);
  return lines
    .slice(0, RUNS_MAX)
    .map((line) => `${line}\n`)
    .join("");
}

/** The runs in {@link runLines}, the newest first. */
export function pastRuns(lines: string): PastRun[] {
  return lines
    .split("\n")
    .map(runIn)
    .filter((run) => run !== undefined);
}

function runIn(line: string): PastRun | undefined {
  const [word, ...values] = line.split(" ");
  if (word !== WORD || values.length < 4) return undefined;
  const [code = Number.NaN, status = Number.NaN, endedS = Number.NaN, ranMs = Number.NaN] =
    values.map(Number);
  if (![code, status, endedS, ranMs].every(Number.isSafeInteger)) return undefined;
  if (code < -1 || code > BYTE_MAX || status < 0 || status > BYTE_MAX || ranMs < 0) {
    return undefined;
  }
  const run = { code, status, endedS, ranMs };
  const memoryKills = Number(values[4]);
  return Number.isSafeInteger(memoryKills) && memoryKills >= 0 ? { ...run, memoryKills } : run;
}
