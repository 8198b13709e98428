/**
 * Runs the command of `sv watch --exec`: for one service one at a time, in the order of the news.
 * It gets sv's standard error as its standard output, which is the stream of changes.
 */
import * as posix from "posix";
import { isPosixError, reason } from "../../../base/errors.ts";
import { STDERR } from "../../../base/report.ts";
import { onExit, spawn } from "../../../base/spawn.ts";
import type { EventSource } from "../event-source.ts";
import { infoText } from "./service-info.ts";
import type { ServiceView } from "./service-view.ts";
import { signalName } from "./signal-names.ts";
import type { News } from "./trouble.ts";

const SHELL = "/bin/sh";
const EXIT_CANNOT_RUN = 111;

interface Alert {
  readonly news: News;
  readonly view: ServiceView;
}

export class AlertCommand {
  readonly #command: string;
  readonly #events: EventSource;
  readonly #restoreInherited: () => void;
  readonly #warn: (text: string) => void;
  /** What waits for the command that runs, by the directory of the service. */
  readonly #waiting = new Map<string, Alert[]>();

  /** @param alert.restoreInherited undoes, in a child, what sv changed of its process */
  constructor(alert: {
    readonly command: string;
    readonly events: EventSource;
    readonly restoreInherited: () => void;
    readonly warn: (text: string) => void;
  }) {
    this.#command = alert.command;
    this.#events = alert.events;
    this.#restoreInherited = alert.restoreInherited;
    this.#warn = alert.warn;
  }

  run(news: News, view: ServiceView): void {
    const waiting = this.#waiting.get(view.directory);
    if (waiting !== undefined) waiting.push({ news, view });
    else this.#start({ news, view });
  }

  #start({ news, view }: Alert): void {
    const { name, directory, summary } = view;
    const env = [
      ...posix.environ().filter((entry) => !entry.startsWith("SV_")),
      `SV_EVENT=${news}`,
      `SV_SERVICE=${name}`,
      `SV_DIRECTORY=${directory}`,
      `SV_STATE=${summary}`,
      `SV_INFO=${infoText(view, signalName)}`,
    ];
    try {
      const child = spawn({
        name: "sv",
        signals: this.#events.signals,
        prepare: () => {
          this.#restoreInherited();
          return { path: SHELL, argv: ["sh", "-c", this.#command], env };
        },
        onExecFailed: () => EXIT_CANNOT_RUN,
        fds: { stdout: STDERR },
      });
      this.#waiting.set(directory, []);
      onExit(this.#events, child, () => this.#onEnd(directory));
    } catch (error) {
      if (!isPosixError(error)) throw error;
      this.#warn(`unable to start the command: ${reason(error)}`);
    }
  }

  #onEnd(directory: string): void {
    const [next, ...others] = this.#waiting.get(directory) ?? [];
    this.#waiting.delete(directory);
    if (next === undefined) return;
    this.#start(next);
    this.#waiting.get(directory)?.push(...others);
  }
}
