/**
 * `sv watch`: prints the state of services, and each change. A program of its own, sv/words/watch.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { monotonicMs, type Timer } from "../../../base/reactor.ts";
import { STDOUT } from "../../../base/report.ts";
import { EventSource } from "../event-source.ts";
import { servicesHome } from "../home.ts";
import { parseDuration } from "../logs/time-words.ts";
import type { NamedService } from "../service.ts";
import { AlertCommand } from "./alert-command.ts";
import { ChangeLines } from "./change-lines.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { DeferredThrow } from "./deferred-throw.ts";
import { raiseDescriptorLimit } from "./descriptor-limit.ts";
import { isPattern } from "./glob.ts";
import { ServiceObserver } from "./service-observer.ts";
import type { ServiceView } from "./service-view.ts";
import { findServices, noMatchText, noServicesText } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { Trouble } from "./trouble.ts";
import { SPEC, type WatchRequest } from "./watch-options.ts";
import { printing, WordOutput } from "./word-output.ts";

const SETTLE = "30s";

export function run(words: readonly string[], context: WordContext): number {
  const request: WatchRequest = {
    color: "auto",
    json: false,
    command: undefined,
    settle: undefined,
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const settleS = parseDuration(request.settle ?? SETTLE);
  if (settleS === undefined)
    return usage(SPEC, `not a span of time: ${quoted(request.settle ?? "")}`);
  const output = new WordOutput(request.color);
  return printing(output, () => {
    new WatchCommand(operands, { request, settleMs: settleS * 1_000, output, context }).run();
  });
}

interface WatchedService {
  readonly service: NamedService;
  readonly observer: ServiceObserver;
  /** {@link posix.Stat.id} of the directory that the name led to. */
  readonly id: string | undefined;
  readonly trouble: Trouble;
  settled: Timer | undefined;
}

class WatchCommand {
  readonly #operands: readonly string[];
  readonly #settleMs: number;
  readonly #output: WordOutput;
  readonly #events = new EventSource();
  readonly #thrown = new DeferredThrow(() => this.#events.stop());
  readonly #lines: ChangeLines;
  readonly #alert: AlertCommand | undefined;
  /** By path. */
  readonly #watched = new Map<string, WatchedService>();
  /** Why the directory of services could not be read; `undefined` if it could. */
  #problem: string | undefined;
  #hasScanned = false;

  constructor(
    operands: readonly string[],
    options: {
      readonly request: WatchRequest;
      readonly settleMs: number;
      readonly output: WordOutput;
      readonly context: WordContext;
    },
  ) {
    const { request, output, context } = options;
    this.#operands = operands;
    this.#settleMs = options.settleMs;
    this.#output = output;
    this.#lines = new ChangeLines(output, request.json);
    if (request.command === undefined) return;
    this.#alert = new AlertCommand({
      command: request.command,
      events: this.#events,
      restoreInherited: () => {
        if (!context.isPipeIgnored) posix.setDisposition(posix.SIGPIPE, "default");
      },
      warn: (text) => output.warn(text),
    });
  }

  run(): void {
    this.#events.onHangUp(STDOUT, () => this.#events.stop());
    this.#scan();
    if (this.#problem !== undefined) this.#output.fatal(this.#problem);
    if (this.#operands.length > 0) {
      suggestOthers([...this.#watched.values()].map(({ service }) => service));
    }
    if (this.#operands.length === 0 && this.#watched.size === 0) {
      this.#output.note(noServicesText());
    }
    if (this.#output.exitCode === 0) this.#events.run();
    this.#thrown.rethrow();
  }

  /** Services may have been linked, replaced or removed. */
  readonly #scan = () => this.#thrown.attempt(() => this.#compare());

  #compare(): void {
    if (this.#operands.length === 0 || this.#operands.some(isPattern)) this.#watchHome();
    const services = this.#find();
    raiseDescriptorLimit(services.length);
    const paths = new Set(services.map(({ path }) => path));
    for (const [path, watched] of this.#watched) {
      if (paths.has(path) && idOf(watched.service) === watched.id) continue;
      this.#end(watched);
      if (!paths.has(path)) this.#lines.removed(watched.service);
    }
    this.#lines.fit([...services.map(({ name }) => name)]);
    for (const service of services) {
      if (!this.#watched.has(service.path)) this.#begin(service);
    }
  }

  /** At each scan, because the directory may be another one. */
  #watchHome(): void {
    if (this.#events.watch(servicesHome(), undefined, this.#scan)) this.#events.endPoll(this.#scan);
    else this.#events.poll(this.#scan);
  }

  /** None while the directory of services is missing: it may come back. */
  #find(): NamedService[] {
    const found = findServices(this.#operands, (pattern) => {
      if (!this.#hasScanned) this.#output.note(noMatchText(pattern));
    });
    const isString = typeof found === "string";
    if (isString && this.#hasScanned && this.#problem === undefined) this.#output.warn(found);
    this.#problem = isString ? found : undefined;
    this.#hasScanned = true;
    return isString ? [] : found;
  }

  #begin(service: NamedService): void {
    const onLook = (view: ServiceView) => this.#thrown.attempt(() => this.#onLook(watched, view));
    const watched: WatchedService = {
      service,
      observer: new ServiceObserver(service, this.#events, onLook),
      id: idOf(service),
      trouble: new Trouble(this.#settleMs),
      settled: undefined,
    };
    this.#watched.set(service.path, watched);
    watched.observer.begin();
  }

  #end({ service, observer, settled }: WatchedService): void {
    observer.end();
    settled?.cancel();
    this.#watched.delete(service.path);
  }

  #onLook(watched: WatchedService, view: ServiceView): void {
    this.#lines.changed(view);
    if (this.#alert === undefined) return;
    const { trouble } = watched;
    const news = trouble.observe(view, monotonicMs());
    if (news !== undefined) this.#alert.run(news, view);
    watched.settled?.cancel();
    const { dueMs } = trouble;
    if (dueMs === undefined) return;
    watched.settled = this.#events.after(Math.max(0, dueMs - monotonicMs()), () =>
      this.#onLook(watched, view),
    );
  }
}

function idOf({ path }: NamedService): string | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id;
}
