/** The services of this machine, by runits-client. */
import { type ControlSignal, ServiceError, Services } from "runits-client";
import type { Command, CommandFailure, CommandLimits, Machine } from "./machine.ts";

/** The commands of `sv` that only send a signal, by the names of the signals. */
const SIGNALS: Readonly<Partial<Record<Command, ControlSignal>>> = {
  pause: "STOP",
  cont: "CONT",
  hup: "HUP",
  alarm: "ALRM",
  interrupt: "INT",
  quit: "QUIT",
  "1": "USR1",
  "2": "USR2",
  term: "TERM",
  kill: "KILL",
};

export class ClientMachine implements Machine {
  readonly #services: Services;

  constructor(directory: string) {
    this.#services = new Services(directory);
  }

  async command(
    name: string,
    command: Command,
    limits: CommandLimits,
  ): Promise<CommandFailure | undefined> {
    const service = this.#services.get(name);
    const signal = SIGNALS[command];
    try {
      if (signal !== undefined) await service.signal(signal, limits);
      else if (command === "down") await service.down(limits);
      else if (command === "once") await service.once(limits);
      else if (command === "restart") await service.restart(limits);
      else await service.up(limits);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { code: error.code, message: error.message };
    }
    return undefined;
  }

  async *changes(signal: AbortSignal): AsyncIterable<string> {
    for await (const { service } of this.#services.watch({ signal })) yield service;
  }

  async close(): Promise<void> {
    await this.#services[Symbol.asyncDispose]();
  }
}
