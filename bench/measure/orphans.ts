/**
 * The time in which runsvdir, as process 1 of a pid namespace, reaps orphans that end at once,
 * beside Debian's tini in turns.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scratchDirectory } from "../../tests/support/scratch.ts";
import { canUnshare, NAMESPACE } from "../../tests/support/stop.ts";
import { ours } from "../../tests/support/suite.ts";
import { atMost, Refused, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";

const COUNT = { quick: 1_000, full: 10_000 };
const TINI = "/usr/bin/tini";

const row: Row = {
  name: "process 1: 10,000 orphans reaped",
  unit: "of tini's time",
  better: "lower",
  goals: [atMost(1.2), atMost(1.2, "dense")],
};

export const orphans: Measurement = {
  rows: [row],
  subjects: ["ours", "dense"],
  rounds: { quick: 1, full: 11 },
  warmsUp: true,
  open({ driver, isQuick }, { name }): Session {
    if (!canUnshare) throw new Refused("needs root, for a pid namespace");
    if (!existsSync(TINI)) throw new Refused("no tini to compare with");
    const home = scratchDirectory(tmpdir());
    const services = join(home, "services");
    mkdirSync(services);
    const dense = name === "dense" ? ["--dense"] : [];
    const count = isQuick ? COUNT.quick : COUNT.full;
    const reapedNs = (init: readonly string[]) => {
      const words = [...NAMESPACE.slice(1), ...init, "--", driver.path, "orphans", `${count}`];
      return Number(execFileSync(NAMESPACE[0], words, { encoding: "utf8" }));
    };
    return {
      measure() {
        const tini = reapedNs([TINI]);
        const own = reapedNs([join(ours.bin, "runsvdir"), ...dense, services]);
        return new Map([[row.name, own / tini]]);
      },
      close: async () => rmSync(home, { recursive: true }),
    };
  },
};
