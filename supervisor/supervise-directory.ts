/**
 * The lock and the FIFOs that a supervisor holds under supervise/ while it lives, and the commands
 * that it reads there. A byte that is not a command is ignored.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import type { ReadyListener } from "../base/reactor.ts";
import { type ControlByte, EXIT_FOR_GOOD, isControlByte, REEXEC } from "../protocol/control.ts";
import { EventFifo } from "./event-fifo.ts";
import { lockSupervise, openControl, openOk } from "./open-supervise.ts";
import type { Surroundings } from "./service-owner.ts";

/**
 * Commands read in one turn; the rest wait for the next turn, so that one busy FIFO does not hold
 * up the reactor.
 */
const COMMANDS_MAX = 64;
/**
 * The capacity of a FIFO, unless enlarged: all that can have been written before a moment. See
 * pipe(7).
 */
const FIFO_BYTES = 65_536;

interface Commands {
  readonly bytes: readonly ControlByte[];
  /** The FIFO may have more. */
  readonly hasMore: boolean;
}

const NO_COMMANDS: Commands = { bytes: [], hasMore: false };

export class SuperviseDirectory {
  readonly #surroundings: Surroundings;
  readonly #where: "" | "log/";
  #lock: number | undefined;
  #control: number | undefined;
  #ok: number | undefined;
  /** Nothing that this process makes there has to be checked; see open-supervise.ts. */
  #isFresh = false;
  /** Only a main service has one. */
  declare private event?: EventFifo;

  /** @param where the directory of the service, relative to the service directory */
  constructor(surroundings: Surroundings, where: "" | "log/") {
    this.#surroundings = surroundings;
    this.#where = where;
  }

  /** Call this first: a second supervisor then fails before it has touched anything. */
  lock(): void {
    const { lock, isFresh } = lockSupervise(this.#surroundings, this.#where);
    this.#lock = lock;
    this.#isFresh = isFresh;
  }

  /** This process has made the directory, and found it empty unless there is a predecessor. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** @param readable its `onReady` is called whenever there are commands to read */
  openControl(readable: ReadyListener): void {
    this.#control = openControl(this.#surroundings, this.#path, this.#isFresh);
    this.#surroundings.context.reactor.onReadable(this.#control, readable);
  }

  /**
   * Call this last but {@link openEvent}, so that a program that can open `ok` finds everything
   * else that it needs in place.
   */
  openOk(): void {
    this.#ok = openOk(this.#surroundings, this.#path, this.#isFresh);
  }

  /**
   * Call this last: those whom it wakes look at `ok`. The kernel closes the descriptors of a
   * process in their sequence, so at the end, too, those who wake find `ok` closed.
   */
  openEvent(): void {
    this.event = new EventFifo(this.#surroundings, this.#isFresh);
  }

  /** Wakes the programs that wait for a change of the service, which has just been published. */
  announce(): void {
    this.event?.announce();
  }

  get locks(): readonly number[] {
    return this.#lock === undefined ? [] : [this.#lock];
  }

  get fifos(): readonly number[] {
    return [this.#control, this.#ok, this.event?.fd].filter((fd) => fd !== undefined);
  }

  /** Reads the commands of one turn. */
  readCommands(): Commands {
    const bytes = this.#read();
    if (bytes === "") return NO_COMMANDS;
    if (bytes.includes(REEXEC)) this.#surroundings.context.reexec?.();
    const commands = bytes.includes(EXIT_FOR_GOOD) ? this.#withFinalExit(bytes) : bytes;
    return { bytes: [...commands].filter(isControlByte), hasMore: bytes.length === COMMANDS_MAX };
  }

  /** Reads all commands that are in the FIFO at this moment. */
  readAllCommands(): ControlByte[] {
    const first = this.readCommands();
    let { hasMore } = first;
    const commands = [...first.bytes];
    for (let read = COMMANDS_MAX; hasMore && read < FIFO_BYTES; read += COMMANDS_MAX) {
      const next = this.readCommands();
      commands.push(...next.bytes);
      hasMore = next.hasMore;
    }
    return commands;
  }

  close(): void {
    for (const fd of [this.#control, this.#ok, this.#lock]) {
      if (fd === undefined) continue;
      this.#surroundings.context.reactor.forget(fd);
      closeIgnoringErrors(fd);
    }
    this.event?.close();
    this.#control = this.#ok = this.#lock = undefined;
  }

  /** @returns the bytes, with `x` in place of each command to exit for good */
  #withFinalExit(bytes: string): string {
    this.#surroundings.makeExitFinal();
    return bytes.replaceAll(EXIT_FOR_GOOD, "x");
  }

  get #path(): string {
    return `${this.#where}supervise`;
  }

  /** Reports a failure and returns no byte: the caller's event must not be lost with it. */
  #read(): string {
    const control = this.#control;
    if (control === undefined) return "";
    let bytes = "";
    this.#surroundings.report.try(`read ${this.#path}/control`, () => {
      const read = posix.read(control, COMMANDS_MAX);
      if (read !== undefined) bytes = String.fromCharCode(...read);
    });
    return bytes;
  }
}
