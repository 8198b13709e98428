/**
 * The line in which runsvdir reports, on the exit relay, the exit of a process that was reparented
 * to runsvdir: `PID CODE SIGNAL CORE`, with code -1 after a signal, and signal 0 after an exit.
 *
 * Pure: text in, values out.
 */
export interface RelayedExit {
  readonly pid: number;
  readonly code: number | undefined;
  readonly signal: number | undefined;
  readonly core: boolean;
}

export function exitLine({ pid, code, signal, core }: RelayedExit): string {
  return `${pid} ${code ?? -1} ${signal ?? 0} ${core ? 1 : 0}\n`;
}

/** The exits in complete lines; malformed lines are ignored. */
export function exitsIn(lines: string): RelayedExit[] {
  const exits: RelayedExit[] = [];
  for (const line of lines.split("\n")) {
    const [pid = 0, code = 0, signal = 0, core, ...more] = line.split(" ").map(Number);
    if (!Number.isSafeInteger(pid) || pid <= 0 || core === undefined || more.length > 0) continue;
    const how = signal === 0 ? { code, signal: undefined } : { code: undefined, signal };
    exits.push({ pid, ...how, core: core === 1 });
  }
  return exits;
}
