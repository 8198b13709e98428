/** One service. */
import { SIGNAL_OF } from "../../../protocol/control.ts";
import { send } from "../../../tools/sv/send.ts";
import type { NamedService } from "../../../tools/sv/service.ts";
import { CONDITIONS } from "../../../tools/sv/words/wait-conditions.ts";
import { fromBytes } from "./byte-strings.ts";
import type { CallOptions } from "./call.ts";
import { type CommandOptions, command } from "./command.ts";
import { type LogLine, type LogOptions, readLog } from "./logs.ts";
import { ServiceError } from "./service-error.ts";
import type { ControlSignal } from "./signals.ts";
import type { ServiceStatus } from "./status.ts";
import type { SupervisedStatus } from "./supervised-status.ts";
import { currentStatus, errorOfFailure } from "./view-status.ts";
import { type Condition, type WaitOptions, waitFor } from "./wait.ts";
import { watchService } from "./watch.ts";

/**
 * A service by its name, from {@link Services.get}. It holds no descriptor: every call opens what
 * it needs, and closes that in the end.
 *
 * The calls that command wait until the command is done, for seven seconds without `timeoutMs`. If
 * one is aborted, or its time is over, a command that was written stays written.
 */
export class Service {
  readonly #service: NamedService;
  readonly #ended: AbortSignal;

  /** @internal */
  constructor(service: NamedService, ended: AbortSignal) {
    this.#service = service;
    this.#ended = ended;
  }

  get name(): string {
    return fromBytes(this.#service.name);
  }

  /** The service directory. */
  get directory(): string {
    return fromBytes(this.#service.path);
  }

  /**
   * The present state.
   *
   * @throws {ServiceError} `NO_SERVICE`, `NO_SUPERVISOR`, `ACCESS_DENIED` or `BAD_FORMAT`
   */
  async status({ signal }: CallOptions = {}): Promise<SupervisedStatus> {
    signal?.throwIfAborted();
    const status = currentStatus(this.#service);
    if (status instanceof ServiceError) throw status;
    return status;
  }

  /**
   * Starts the service, and first what it needs, and resolves when it is up and ready: it reports
   * that, or `./check` says so, or it has neither.
   *
   * @throws {ServiceError} `FAILED` if its start has come to its end, for instance because `./run`
   * cannot be executed
   */
  async up(options: CommandOptions = {}): Promise<SupervisedStatus> {
    return this.#command("up", options);
  }

  /** Stops the service, and resolves when nothing of it runs. */
  async down(options: CallOptions = {}): Promise<SupervisedStatus> {
    return this.#command("down", options);
  }

  /** Starts the service once, and resolves when it runs, or has ended already. */
  async once(options: CallOptions = {}): Promise<SupervisedStatus> {
    return this.#command("once", options);
  }

  /**
   * Ends the process with TERM and CONT, and resolves when a new one is up and ready. A service
   * that is down is started.
   *
   * @throws {ServiceError} as {@link up}
   */
  async restart(options: CommandOptions = {}): Promise<SupervisedStatus> {
    return this.#command("restart", options);
  }

  /** Stops the service and ends its supervisor; runsvdir then starts another. */
  async exit(options: CallOptions = {}): Promise<void> {
    await command(this.#service, "exit", options, this.#ended);
  }

  /**
   * Sends a signal to the process, if there is one; a script `control/X` in the service directory
   * may do something else instead. Resolves when the supervisor has got the command.
   */
  async signal(name: ControlSignal, { signal }: CallOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const [byte] = Object.entries(SIGNAL_OF).find(([, one]) => one === name) ?? [];
    if (byte === undefined) throw new TypeError(`runsv sends no signal ${JSON.stringify(name)}`);
    // The FIFO of a supervisor that has gone, or that is not there, says less than its status.
    await this.status();
    const failure = send(this.#service, byte);
    if (failure !== undefined) throw errorOfFailure(this.#service, failure);
  }

  /**
   * Waits until a condition holds; without `timeoutMs` for as long as it takes. A service without a
   * supervisor may get one.
   *
   * @throws {ServiceError} `FAILED` if it cannot hold any more, `REMOVED`
   */
  async wait(condition: Condition, options: WaitOptions = {}): Promise<SupervisedStatus> {
    if (!CONDITIONS.includes(condition)) {
      const known = CONDITIONS.join(", ");
      throw new TypeError(`not a condition: ${JSON.stringify(condition)}; there are ${known}`);
    }
    return waitFor(this.#service, condition, options, this.#ended);
  }

  /**
   * The present state, then each change. If changes come faster than they are taken, there is only
   * the newest; `restarts` shows that something was missed. `break` and `return()` close
   * everything.
   */
  watch(options: CallOptions = {}): AsyncIterableIterator<ServiceStatus, undefined> {
    return watchService(this.#service, options, this.#ended);
  }

  /**
   * The lines of its log, the last ten without options, from all files of the log directory; with
   * `follow` also those that come, across rotations.
   *
   * @throws {ServiceError} `FAILED` if it has no log that can be found, `ACCESS_DENIED`
   */
  logs(options: LogOptions = {}): AsyncIterableIterator<LogLine, undefined> {
    return readLog(this.#service, options, this.#ended);
  }

  async #command(
    word: "up" | "down" | "once" | "restart",
    options: CommandOptions,
  ): Promise<SupervisedStatus> {
    const status = await command(this.#service, word, options, this.#ended);
    return status ?? this.status(options);
  }
}
