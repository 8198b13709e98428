/** A thousand services watched at once. */
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../../build/paths.ts";
import { scanDense } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { unchanged } from "../../../tests/support/wait.ts";
import { FORKED } from "./trees.ts";

const COUNT = 1_000;
/** Longer than the interval of a poll, to which the client falls back without events. */
const REST_MS = 300;

/** Prints `watching` when it has seen all services, then those that change. */
const PROGRAM = `
  import { Services } from "runits-client";
  const seen = new Set();
  for await (const { service, state } of new Services(process.env.SERVICES).watch()) {
    if (seen.size === ${COUNT}) console.log(service, state);
    else if (seen.add(service).size === ${COUNT}) console.log("watching");
  }
`;

test("1,000 services are watched by a process that sleeps while nothing happens", {
  skip: FORKED.skip,
}, async (t) => {
  const names = Array.from({ length: COUNT }, (_, index) => `s${index}`);
  const description = { run: FOREVER, down: true };
  const tree = scanDense(t, Object.fromEntries(names.map((name) => [name, description])));
  await Promise.all(names.map((name) => tree.service(name).untilSupervised()));
  const watcher = tree.box.start([process.execPath, "--input-type=module", "--eval", PROGRAM], {
    cwd: inRoot(),
    env: { SERVICES: tree.services },
  });
  const untilPrinted = (line: string) =>
    tree.until(`line "${line}", but ${watcher.stdout()}${watcher.stderr()}`, () =>
      watcher.stdout().includes(`${line}\n`) ? true : undefined,
    );
  await untilPrinted("watching");
  await unchanged(
    () => sleepsOf(watcher.pid),
    REST_MS,
    () => !sleepsOf(watcher.pid).startsWith("S"),
  );
  tree.service("s500").control("u");
  await untilPrinted("s500 running");
});

/** The state of its first thread, and how often that has slept; others of Node collect garbage. */
function sleepsOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/task/${pid}/status`, "latin1");
  const [, state = ""] = /^State:\s*(\S)/m.exec(text) ?? [];
  const [, count = ""] = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(text) ?? [];
  return `${state} ${count}`;
}
