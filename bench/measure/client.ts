/**
 * From a control byte to the change that runits-client yields: a pause among 1,000 services that
 * it watches. The supervisor's own work is part of it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleNodePackage } from "../../build/node/bundle.ts";
import { NODE_PACKAGES } from "../../build/node/packages.ts";
import { atMost, type Row } from "../measurement.ts";
import type { Measurement, Session } from "../session.ts";
import { mustFit, Tree } from "../tree.ts";

const SERVICES = 1_000;
const WATCHED = "s500";

const row: Row = {
  name: "a change seen by runits-client, of 1,000 services",
  unit: "ms",
  better: "lower",
  goals: [atMost(10), atMost(10, "dense")],
};

export const client: Measurement = {
  rows: [row],
  subjects: ["ours", "dense", "runit"],
  rounds: { quick: 5, full: 21 },
  warmsUp: true,
  async open({ driver }, subject): Promise<Session> {
    mustFit(2 * SERVICES);
    for (const one of NODE_PACKAGES.filter(({ hasTypes }) => hasTypes))
      await bundleNodePackage(one);
    const { Services } = await import("runits-client");
    const tree = await Tree.up(subject, driver, SERVICES);
    const services = new Services(tree.dir);
    const changes = services.watch();
    let left = (await services.list()).length;
    while (left > 0) {
      const { value } = await changes.next();
      if (value?.state === "running") left -= 1;
    }
    const control = join(tree.service(WATCHED), "supervise/control");
    return {
      async measure() {
        const beganMs = performance.now();
        writeFileSync(control, "p");
        await changes.next();
        const tookMs = performance.now() - beganMs;
        writeFileSync(control, "c");
        await changes.next();
        return new Map([[row.name, tookMs]]);
      },
      async close() {
        await changes.return?.();
        await tree.close();
      },
    };
  },
};
