/**
 * `sv logs`: prints the lines of logs, and follows them. A program of its own, sv/words/logs.
 */
import * as posix from "posix";
import { bytesOf, NO_BYTES } from "../../../base/bytes.ts";
import { quoted } from "../../../base/quoted.ts";
import { columnsOf } from "../../../base/utf8.ts";
import { jsonLines } from "../logs/json-lines.ts";
import { LinePrinter } from "../logs/line-printer.ts";
import { UnreadableLog } from "../logs/log-file.ts";
import { findLog } from "../logs/log-place.ts";
import type { Selection } from "../logs/log-range.ts";
import { LogSource } from "../logs/log-source.ts";
import { LogWatch } from "../logs/log-watch.ts";
import { Merge } from "../logs/merge.ts";
import { UTC } from "../logs/time-words.ts";
import { LOCAL } from "../logs/zone.ts";
import type { NamedService } from "../service.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { raiseDescriptorLimit } from "./descriptor-limit.ts";
import {
  eachLine,
  type LogFailure,
  noLogLines,
  unreadableLines,
  untimedLine,
} from "./log-failures.ts";
import { type LogsRequest, SPEC } from "./logs-options.ts";
import { selectionOf } from "./logs-selection.ts";
import { noServicesText, servicesOf } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { printing, WordOutput } from "./word-output.ts";

/** Longer names push their lines to the right. */
const NAME_COLUMNS = 20;

export function run(words: readonly string[], _context: WordContext): number {
  const request: LogsRequest = {
    color: "auto",
    json: false,
    isFollowed: false,
    count: undefined,
    since: undefined,
    until: undefined,
    directory: undefined,
    isUtc: false,
    isRaw: false,
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const zone = request.isUtc ? UTC : LOCAL;
  const selection = selectionOf(request, posix.clockReal().seconds, zone);
  if (typeof selection === "string") return usage(SPEC, selection);
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const services = servicesOf(operands, output);
    const isNamed = operands.length > 0;
    if (isNamed) suggestOthers(services);
    else if (services.length === 0 && !request.json) output.note(noServicesText());
    const { logs, missing } = findLogs(services, request.directory);
    if (isNamed) output.failAll(missing.length, eachLine(missing));
    else if (logs.length === 0) output.failAll(missing.length, noLogLines(missing));
    new LogsCommand({ request, selection, output, isNamed }).print(logs);
  });
}

/** A log directory of a service. */
interface PlacedLog {
  readonly service: NamedService;
  readonly directory: string;
}

/** @param wanted the only directory to show, instead of those that are found */
function findLogs(
  services: readonly NamedService[],
  wanted: string | undefined,
): { logs: PlacedLog[]; missing: LogFailure[] } {
  const logs: PlacedLog[] = [];
  const missing: LogFailure[] = [];
  for (const service of services) {
    const place = wanted === undefined ? findLog(service) : { directories: [wanted] };
    if ("missing" in place) missing.push({ name: service.name, message: place.missing });
    else for (const directory of place.directories) logs.push({ service, directory });
  }
  return { logs, missing };
}

interface LogsCommandOptions {
  readonly request: LogsRequest;
  readonly selection: Selection;
  readonly output: WordOutput;
  /** Whether the command line names the services. */
  readonly isNamed: boolean;
}

/** Prints logs as the command line asks for. */
class LogsCommand {
  readonly #request: LogsRequest;
  readonly #selection: Selection;
  readonly #output: WordOutput;
  readonly #isNamed: boolean;
  readonly #printer: LinePrinter;

  constructor({ request, selection, output, isNamed }: LogsCommandOptions) {
    this.#request = request;
    this.#selection = selection;
    this.#output = output;
    this.#isNamed = isNamed;
    const zone = request.isUtc ? UTC : output.isTerminal ? LOCAL : undefined;
    this.#printer = new LinePrinter((bytes) => output.writeBytes(bytes), {
      isQuoted: output.isTerminal && !request.isRaw,
      zone: request.isRaw ? undefined : zone,
      paint: output.paint,
    });
  }

  print(logs: readonly PlacedLog[]): void {
    raiseDescriptorLimit(logs.length);
    const sources = this.#sourcesOf(logs);
    const hasLines = this.#printSelected(sources);
    if (sources.length === 0) return;
    if (!this.#request.isFollowed) {
      const { isTerminal, exitCode } = this.#output;
      if (!hasLines && isTerminal && exitCode === 0) this.#output.note(this.#noLinesText());
      return;
    }
    const printAdded = (grown: readonly LogSource[]): void => {
      this.#printLines(new Merge(grown.map((source, order) => source.added(order))));
    };
    const watch = new LogWatch(sources, printAdded);
    printAdded(sources); // what was added before the watch began
    watch.run();
  }

  /** @returns whether there was a line */
  #printSelected(sources: readonly LogSource[]): boolean {
    const [only] = sources;
    if (only !== undefined && sources.length === 1 && this.#passesBytes(only)) {
      let hasLines = false;
      for (const bytes of only.selectedBytes()) {
        this.#output.writeBytes(bytes);
        hasLines ||= bytes.length > 0;
      }
      return hasLines;
    }
    const count = sources.length;
    return this.#printLines(
      new Merge(sources.map((source, order) => source.selected(order, count))),
    );
  }

  #noLinesText(): string {
    const { since, until } = this.#request;
    return since === undefined && until === undefined ? "no lines" : "no lines of that time";
  }

  #passesBytes({ prefix }: LogSource): boolean {
    const { isFollowed, json } = this.#request;
    return this.#printer.isPlain && prefix.length === 0 && !isFollowed && !json;
  }

  #sourcesOf(logs: readonly PlacedLog[]): LogSource[] {
    const prefixOf = this.#prefixes(logs.map(({ service }) => service));
    const failures: LogFailure[] = [];
    const sources = logs.flatMap(({ service, directory }) => {
      const { name } = service;
      try {
        return new LogSource({
          name,
          directory,
          prefix: prefixOf(service),
          selection: this.#selection,
          isFollowed: this.#request.isFollowed,
          onUnreadable: (message) => this.#output.fail(`${quoted(name)}: ${message}`),
          onLost: () =>
            this.#output.warn(
              `${quoted(name)}: rotated files may have been deleted before they were read`,
            ),
        });
      } catch (error) {
        if (!(error instanceof UnreadableLog)) throw error;
        failures.push({ name, message: error.message });
        return [];
      }
    });
    const lines = this.#isNamed ? eachLine(failures) : unreadableLines(failures);
    this.#output.failAll(failures.length, lines);
    const untimed = new Set(sources.filter((one) => one.lacksTimes).map(({ name }) => name));
    if (untimed.size > 0) this.#output.warn(untimedLine([...untimed]));
    return sources;
  }

  /** The names, in a column of their own, if there are several services. */
  #prefixes(services: readonly NamedService[]): (service: NamedService) => Uint8Array {
    const names = new Map(services.map(({ path, name }) => [path, quoted(name)]));
    if (names.size < 2 || this.#request.isRaw) return () => NO_BYTES;
    const widths = [...names.values()].map(columnsOf);
    const width = Math.min(NAME_COLUMNS, Math.max(...widths));
    return ({ path }) => {
      const name = names.get(path) ?? "";
      const padding = " ".repeat(Math.max(0, width - columnsOf(name)));
      return bytesOf(`${this.#output.paint(name, "change")}${padding} | `);
    };
  }

  /** @returns whether there was a line */
  #printLines(merge: Merge<LogSource>): boolean {
    const { json } = this.#request;
    let hasLines = false;
    for (let taken = merge.next(); taken !== undefined; taken = merge.next()) {
      const { log, bytes, start, end } = taken;
      hasLines ||= end > start;
      if (json) {
        for (const line of jsonLines(log.name, taken.lines)) this.#output.write(line);
      } else {
        this.#printer.print(log.prefix, bytes, start, end);
      }
    }
    this.#printer.flush();
    this.#output.flush();
    return hasLines;
  }
}
