/** A tree under a runsvdir that obeys a fault switch, for the scenes that need no more of it. */
import { type Scan, type ScanOptions, scan } from "../support/scan.ts";
import type { Description } from "../support/service.ts";
import type { Verdict } from "./fault-tree.ts";
import { FaultSwitch, faulty } from "./switch.ts";

/** The two forms of runsvdir, with their arguments. */
export const FORMS = [
  { name: "forked", args: [] },
  { name: "--dense", args: ["--dense"] },
] as const;

/** The switch is in the sandbox, which is made after these words. */
const OBEYS = ["sh", "-c", 'RUNITS_FAULTS=$PWD/faults exec "$0" "$@"'];

type FaultyScanOptions = Pick<ScanOptions, "args" | "via" | "prepare">;

export class FaultyScan {
  readonly faults: FaultSwitch;
  readonly tree: Scan;
  readonly #closing: (() => Promise<void>)[] = [];

  constructor(
    services: Readonly<Record<string, Description>>,
    { args = [], via = [], prepare }: FaultyScanOptions,
  ) {
    let faults: FaultSwitch | undefined;
    this.tree = scan({ after: (end) => void this.#closing.push(end) }, services, {
      suite: faulty,
      args,
      via: [...via, ...OBEYS],
      prepare: (dir) => {
        faults = new FaultSwitch(dir);
        prepare?.(dir);
      },
    });
    if (faults === undefined) throw new Error("the sandbox was not prepared");
    this.faults = faults;
  }

  /** @param complaints what the scene found; a tool that met an exception is one more */
  verdict(complaints: readonly string[]): Verdict {
    const { stderr } = this.tree;
    return {
      complaints: stderr.includes("uncaught") ? [...complaints, stderr] : complaints,
      linesLost: 0,
      linesDoubled: 0,
      doubleStarts: 0,
    };
  }

  get isClosed(): boolean {
    return this.#closing.length === 0;
  }

  async close(): Promise<void> {
    for (const end of this.#closing.splice(0)) await end();
  }
}
