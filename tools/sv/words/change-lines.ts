/** The lines of `sv watch`: one for each change of a service. */
import * as posix from "posix";
import { quoted } from "../../../base/quoted.ts";
import { rfc3339 } from "../../../base/utc.ts";
import { columnsOf } from "../../../base/utf8.ts";
import { Clock, LOCAL } from "../logs/zone.ts";
import type { NamedService } from "../service.ts";
import { nameMembers, streamLine } from "./json.ts";
import { infoText, restartsOf, toneOf } from "./service-info.ts";
import { serviceMembers } from "./service-json.ts";
import { type ServiceView, STATE_WORDS } from "./service-view.ts";
import { signalName } from "./signal-names.ts";
import type { Tone } from "./style.ts";
import { cutAtEnd, cutInMiddle } from "./table.ts";
import type { WordOutput } from "./word-output.ts";

/** Longer names are cut on a terminal, and push what follows to the right in a pipe. */
const NAME_COLUMNS = 20;
const STATE_COLUMNS = Math.max(...STATE_WORDS.map(({ length }) => length));
/** `2026-11-28 15:04:05`, without the fraction. */
const TIME_LENGTH = 19;
const YEAR_LENGTH = "2026-".length;
const GAP = "  ";

interface Printed {
  /** What of a view is a change if it differs. */
  readonly key: string;
  readonly restarts: number | undefined;
}

export class ChangeLines {
  readonly #output: WordOutput;
  readonly #isJson: boolean;
  readonly #clock = new Clock(LOCAL);
  /** The last line of each service, by its directory. */
  readonly #printed = new Map<string, Printed>();
  #nameColumns = 0;

  constructor(output: WordOutput, isJson: boolean) {
    this.#output = output;
    this.#isJson = isJson;
  }

  /** Makes the column of names wide enough. */
  fit(names: readonly string[]): void {
    const widest = Math.max(0, ...names.map((name) => columnsOf(quoted(name))));
    this.#nameColumns = Math.max(this.#nameColumns, Math.min(NAME_COLUMNS, widest));
  }

  /** Prints a line if the view differs from that of the last one. */
  changed(view: ServiceView): void {
    const { directory, summary, live } = view;
    const before = this.#printed.get(directory);
    const restarts = live && restartsOf(live);
    const key = keyOf(view);
    if (key === before?.key) return;
    this.#printed.set(directory, { key, restarts });
    // Several starts may lie between two looks. Nothing is counted before the first exit.
    const isCounted = before !== undefined && restarts !== undefined;
    const starts = isCounted ? Math.max(0, restarts - (before.restarts ?? 0)) : undefined;
    if (this.#isJson) {
      this.#output.write(streamLine({ ...serviceMembers(view, signalName), starts }));
    } else {
      const info = infoText(view, signalName);
      const pid = live?.record.phase === "run" ? `pid ${live.record.pid}` : "";
      const several = starts !== undefined && starts > 1 ? `started ${starts} times` : "";
      const texts = [pid, several, info].filter((text) => text !== "");
      this.#line(view, { state: summary, tone: toneOf(summary), info: texts.join(", ") });
    }
    this.#output.flush();
  }

  removed({ name, path }: NamedService): void {
    this.#printed.delete(path);
    const now = posix.clockReal();
    if (this.#isJson) {
      const names = { ...nameMembers("name", name), ...nameMembers("directory", path) };
      this.#output.write(streamLine({ ...names, summary: "removed", observed: rfc3339(now) }));
    } else {
      this.#line({ name, now }, { state: "removed", tone: "faint", info: "" });
    }
    this.#output.flush();
  }

  #line(
    { name, now }: Pick<ServiceView, "name" | "now">,
    { state, tone, info }: { state: string; tone: Tone; info: string },
  ): void {
    const { paint, columns } = this.#output;
    // A terminal shows what happens now: there the line is short, and not wrapped.
    const from = columns === undefined ? 0 : YEAR_LENGTH;
    const time = this.#clock.textOf(now).slice(from, TIME_LENGTH);
    const text = columns === undefined ? quoted(name) : cutInMiddle(quoted(name), NAME_COLUMNS);
    const padding = " ".repeat(Math.max(0, this.#nameColumns - columnsOf(text)));
    const word = paint(info === "" ? state : state.padEnd(STATE_COLUMNS), tone);
    const before = time.length + this.#nameColumns + STATE_COLUMNS + 3 * GAP.length;
    const room = columns === undefined ? info.length : Math.max(0, columns - before);
    const end = info === "" ? "" : `${GAP}${cutAtEnd(info, room)}`;
    this.#output.line(`${paint(time, "faint")}${GAP}${text}${padding}${GAP}${word}${end}`);
  }
}

function keyOf({ summary, live, failure }: ServiceView): string {
  if (live === undefined) return `${summary} ${failure?.text}`;
  const { record, hasDown, history, isReady, waitsFor } = live;
  return JSON.stringify([summary, record, hasDown, history?.exitCount, isReady, waitsFor]);
}
