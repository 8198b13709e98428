/** The results of soak runs, as JSON and as text. */
import { table } from "../../bench/table.ts";
import { isFlat, RULE } from "./leak-check.ts";
import { type Extent, MOMENTS, QUANTITIES, type Quantity, type Readings } from "./reading.ts";
import { type Account, figure } from "./scenario.ts";

/** The machine of the lives, and the version of runits. */
export interface Where {
  readonly machine: Readonly<Record<string, string>>;
  readonly version: string;
}

/** One scenario, played once. */
export interface Life extends Where {
  readonly name: string;
  readonly startedAt: string;
  readonly tookS: number;
  readonly readings: Readings;
  /** `undefined` until it has come to its end. */
  readonly account: Account | undefined;
}

export interface Results {
  /** Those that have come to their end, a scenario once. */
  readonly lives: readonly Life[];
  /** The one at work, or that was interrupted. */
  readonly unfinished?: Life;
}

const LABELS: Readonly<Record<Quantity, string>> = {
  pssKiB: "PSS, KiB",
  privateDirtyKiB: "private dirty, KiB",
  descriptors: "descriptors",
  children: "children",
};

/** Whether nothing grew, and nothing went wrong. */
export function isGood({ readings, account }: Life): boolean {
  if (account === undefined || account.faults.length > 0) return false;
  return QUANTITIES.every((quantity) => isFlat(quantity, readings));
}

/** The figures, and below them the work that was done. */
export function resultsText(lives: readonly Life[]): string {
  const lines = lives.flatMap(({ name, readings, account }) =>
    QUANTITIES.map((quantity) => [
      name,
      LABELS[quantity],
      ...MOMENTS.map((moment) => cell(readings[moment]?.[quantity])),
      account === undefined ? "" : isFlat(quantity, readings) ? "yes" : "**no**",
    ]),
  );
  const figures = table(["life", "what", ...MOMENTS, "flat"], lines);
  return `${figures}\n\nFlat: ${RULE}.\n\n${lives.map(item).join("\n")}`;
}

const cell = (extent: Extent | undefined): string =>
  extent === undefined ? "" : `${figure(extent.all)} (${figure(extent.largest)})`;

function item({ name, startedAt, tookS, machine, version, account }: Life): string {
  const { processors = "", memory = "", Linux = "" } = machine;
  const where = `runits ${version}, ${startedAt.slice(0, 10)}, ${(tookS / 60).toFixed(0)} minutes, ${processors}, ${memory}, Linux ${Linux}`;
  if (account === undefined) return `- ${name}: interrupted (${where})`;
  const faults = account.faults.map((fault) => ` **${fault}**`).join("");
  return `- ${name}: ${account.did}.${faults} (${where})`;
}
