/**
 * The cost of svlogd's patterns in the worst case: random rule sets, each on its own lines, with
 * ours and the original in turns. Both have to log the same and print the same on standard error.
 * The result is processor time, for the set on which ours does worst.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placeInMemory, scratchDirectory } from "../../tests/support/scratch.ts";
import { debian, ours } from "../../tests/support/suite.ts";
import type { Driver } from "../driver.ts";
import { atMost, Refused, type Row } from "../measurement.ts";
import { makeRuleSet } from "../rule-sets.ts";
import { type Measurement, stateless } from "../session.ts";

const SETS = { quick: 30, full: 1_000 };
const SET_BYTES = 4_000_000;
const ROOM_BYTES = 128 * 2 ** 20;
/** A set that looks bad is measured again: the smallest time of each counts. */
const ATTEMPTS = 5;
const SUSPICIOUS = 0.8;

const row: Row = {
  name: "svlogd, worst of 1,000 rule sets",
  unit: "of the original's processor time",
  better: "lower",
  goals: [atMost(1)],
};

interface Logged {
  readonly cpuS: number;
  /** `current` and standard error. */
  readonly output: string;
}

function log(driver: Driver, bin: string, home: string, config: string): Logged {
  const dir = join(home, "log");
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  writeFileSync(join(dir, "config"), config, "latin1");
  const printed = join(home, "printed");
  const command = ["/bin/sh", "-c", 'exec "$0" "$1" 2>"$2"', join(bin, "svlogd"), dir, printed];
  const { cpuS } = driver.usage(`cat ${join(home, "lines")}`, command);
  const [lines, errors] = [join(dir, "current"), printed].map((file) =>
    readFileSync(file, "latin1"),
  );
  return { cpuS, output: `${lines}\0${errors}` };
}

/** Our processor time divided by the original's. */
function ratio(driver: Driver, home: string, seed: number): number {
  const { config, lines } = makeRuleSet(seed, SET_BYTES);
  writeFileSync(join(home, "lines"), lines, "latin1");
  let [own, original] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [left, right] = [ours, debian].map(({ bin }) => log(driver, bin, home, config));
    if (left === undefined || right === undefined) break;
    if (left.output !== right.output) throw new Error(`rule set ${seed}: another output`);
    own = Math.min(own, left.cpuS);
    original = Math.min(original, right.cpuS);
    if (own / original < SUSPICIOUS) break;
  }
  return own / original;
}

export const rules: Measurement = {
  rows: [row],
  subjects: ["ours"],
  rounds: { quick: 1, full: 1 },
  warmsUp: false,
  open: ({ driver, isQuick }) => {
    if (!existsSync(join(debian.bin, "svlogd"))) throw new Refused("no original to compare with");
    const home = scratchDirectory(placeInMemory(ROOM_BYTES));
    return stateless(() => {
      const seeds = Array.from({ length: isQuick ? SETS.quick : SETS.full }, (_, index) => index);
      const ratios = seeds.map((seed) => ratio(driver, home, seed));
      return new Map([[row.name, Math.max(...ratios)]]);
    });
  },
};
