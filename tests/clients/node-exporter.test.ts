/**
 * Prometheus' node_exporter, unmodified, reads the services of ours as it reads the original's: its
 * runit collector decodes supervise/status by itself.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Scan, scan } from "../support/scan.ts";
import { type Description, FOREVER } from "../support/service.ts";
import { eventually } from "../support/wait.ts";
import { installed, lacking, SUITES } from "./client.ts";

const EXPORTER = installed("prometheus-node-exporter");
const lacks = lacking("prometheus-node-exporter", EXPORTER);

/** The collector's names of the states in supervise/status. */
const DOWN = 0;
const RUN = 1;
const FINISH = 2;

interface Metrics {
  readonly state: number;
  readonly desired: number;
  readonly normal: number;
  /** When the state began: Unix time in seconds. */
  readonly sinceS: number;
}
const FIELDS: Readonly<Record<keyof Metrics, string>> = {
  state: "node_service_state",
  desired: "node_service_desired_state",
  normal: "node_service_normal_state",
  sinceS: "node_service_state_last_change_timestamp_seconds",
};

/** Its ./finish does not end. */
const FINISHES: Description = { run: "exit 3", finish: FOREVER };
const SERVICES: Readonly<Record<string, Description>> = {
  up: { run: FOREVER },
  "normally-down": { run: FOREVER, down: true },
  once: { run: FOREVER, down: true },
  stopped: { run: FOREVER },
  finishing: FINISHES,
  "told-down": FINISHES,
};

/**
 * Version 1.5.0 looks for the file `down` under supervise/, so that it calls every service normally
 * up.
 */
const EXPECTED: Readonly<Record<string, Omit<Metrics, "sinceS">>> = {
  up: { state: RUN, desired: RUN, normal: RUN },
  "normally-down": { state: DOWN, desired: DOWN, normal: RUN },
  once: { state: RUN, desired: DOWN, normal: RUN },
  stopped: { state: DOWN, desired: DOWN, normal: RUN },
  finishing: { state: FINISH, desired: RUN, normal: RUN },
  "told-down": { state: FINISH, desired: DOWN, normal: RUN },
};

/** Brings the services into the states that their names say. */
async function arrange(on: Scan): Promise<void> {
  const { services } = on;
  const service = (name: string) => on.service(name);
  for (const name of Object.keys(SERVICES)) {
    await service(name).untilTrue(`supervisor of ${name}`, () => service(name).isSupervised());
  }
  await service("stopped").untilRunning();
  service("stopped").control("d");
  service("once").control("o");
  await service("told-down").untilStat("finish");
  service("told-down").control("d");
  await Promise.all([
    service("up").untilStat("run"),
    service("normally-down").untilStat("down"),
    service("once").untilStat("run, want down"),
    service("stopped").until("down", ({ phase, want }) => phase === "down" && want === "down"),
    service("finishing").untilStat("finish"),
    service("told-down").untilStat("finish, want down"),
  ]);
  // It skips entries that are no services.
  writeFileSync(join(services, "file"), "");
}

/**
 * Starts the exporter with the runit collector alone, at a port that the system chooses; its
 * address.
 */
async function exporter(on: Scan): Promise<string> {
  const running = on.box.start([
    EXPORTER,
    "--collector.disable-defaults",
    "--collector.runit",
    `--collector.runit.servicedir=${on.services}`,
    "--web.disable-exporter-metrics",
    "--web.listen-address=127.0.0.1:0",
  ]);
  const address = await eventually(
    "exporter",
    () => /msg="Listening on" address=(\S+)/.exec(running.stderr())?.[1],
    () => running.stderr(),
  );
  return `http://${address}/metrics`;
}

/** All services that it reports, with their states. */
async function scrape(url: string): Promise<ReadonlyMap<string, Partial<Metrics>>> {
  const text = await (await fetch(url)).text();
  const services = new Map<string, Partial<Metrics>>();
  for (const [field, metric] of Object.entries(FIELDS)) {
    const lines = text.matchAll(new RegExp(`^${metric}\\{service="([^"]*)".*\\} (\\S+)$`, "gm"));
    for (const [, name = "", value] of lines) {
      services.set(name, { ...services.get(name), [field]: Number(value) });
    }
  }
  return services;
}

describe("node_exporter reads services", { concurrency: 2 }, () => {
  for (const suite of SUITES) {
    const skip = suite.missing ?? lacks ?? false;
    test(`of ${suite.name}: state, desired state, normal state and time`, { skip }, async (t) => {
      const on = scan(t, SERVICES, { suite });
      await arrange(on);
      const url = await exporter(on);
      const metrics = await scrape(url);
      const expected = Object.entries(EXPECTED).map(([name, states]) => {
        // The collector cuts the time to whole seconds.
        const { seconds } = on.service(name).status().since;
        return [name, { ...states, sinceS: seconds }] as const;
      });
      assert.deepEqual(Object.fromEntries(metrics), Object.fromEntries(expected));
    });

    test(`of ${suite.name}: a change is in the next answer`, { skip }, async (t) => {
      const on = scan(t, { web: { run: FOREVER } }, { suite });
      const web = on.service("web");
      await web.untilSupervised();
      await web.untilRunning();
      const url = await exporter(on);
      const state = async () => (await scrape(url)).get("web")?.state;
      assert.equal(await state(), RUN);
      web.control("d");
      await web.untilStat("down");
      assert.equal(await state(), DOWN);
      web.control("u");
      await web.untilRunning();
      assert.equal(await state(), RUN);
    });
  }
});
