/**
 * The commands to services and the news of their changes, by runits-client. The rest of the console
 * knows this interface alone.
 */

/** The commands of `sv` that the console gives. */
export const COMMANDS = [
  "up",
  "down",
  "once",
  "restart",
  "pause",
  "cont",
  "hup",
  "alarm",
  "interrupt",
  "quit",
  "1",
  "2",
  "term",
  "kill",
] as const;
export type Command = (typeof COMMANDS)[number];

export interface CommandFailure {
  /** A code of runits-client's `ServiceError`. */
  readonly code: string;
  readonly message: string;
}

export interface CommandLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Machine {
  /** Gives a command and waits until it is done. @returns why it failed, if it did */
  command(
    name: string,
    command: Command,
    limits: CommandLimits,
  ): Promise<CommandFailure | undefined>;
  /** The names of services that have changed, come or gone. */
  changes(signal: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}
