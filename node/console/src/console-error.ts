/** A foreseeable failure: its message is all that a user needs, and no stack is printed. */
export class ConsoleError extends Error {
  override readonly name = "ConsoleError";

  /** The same failure with the words of `doing` before it, if it came from the system. */
  static from(error: unknown, doing: string): ConsoleError {
    if (error instanceof ConsoleError) return error;
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    return new ConsoleError(`${doing}: ${systemReason(error)}`);
  }
}

/** The system's reason, without the call and the path that Node adds: `permission denied`. */
function systemReason({ message }: Error): string {
  return /^[A-Z0-9]+: ([^,]*)/.exec(message)?.[1] ?? message;
}
