/**
 * Calls about one log directory that may fail for a while. A failure is reported, and after three
 * seconds svlogd tries again.
 */
import { type ErrorCode, isPosixError } from "../../base/errors.ts";
import type { Reactor, Timer } from "../../base/reactor.ts";
import type { Messages } from "./messages.ts";

const RETRY_MS = 3_000;

interface AttemptsContext {
  /** The log directory, as messages name it. */
  readonly path: string;
  readonly reactor: Reactor;
  readonly messages: Messages;
  /** Called when it is time to try again. */
  readonly onRetry: () => void;
}

export class Attempts {
  readonly #context: AttemptsContext;
  #retry: Timer | undefined;

  constructor(context: AttemptsContext) {
    this.#context = context;
  }

  /** Whether a call failed, and the time to try again has not come. */
  get arePaused(): boolean {
    return this.#retry !== undefined;
  }

  /** Cancels the retry. */
  cancel(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  /** Makes a call that is tried again after a failure. @returns whether it succeeded */
  try(action: string, call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.pause(action, error);
      return false;
    }
  }

  /** Makes a call that is not tried again. @returns whether it succeeded */
  tryOnce(action: string, call: () => void): boolean {
    const { path, messages } = this.#context;
    return messages.try(`${action}: ${path}`, call);
  }

  /** Reports a failure, and tries again later. */
  pause(action: string, error: ErrorCode): void {
    const { path, reactor, messages, onRetry } = this.#context;
    messages.pausing(`unable to ${action}: ${path}`, error);
    this.#retry ??= reactor.after(RETRY_MS, () => {
      this.#retry = undefined;
      onRetry();
    });
  }
}
