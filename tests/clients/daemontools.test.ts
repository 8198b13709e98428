/**
 * daemontools' svc, svok and svstat, unmodified, on a service of ours and on one of the original's:
 * every option of svc, on a service that is up and on one that is down.
 */
import { compare } from "../differential/runner.ts";
import type { Scenario, Step } from "../differential/stage.ts";
import {
  alive,
  ended,
  lines,
  other,
  record,
  shutDown,
  supervise,
  trace,
  until,
  waitUntilOld,
  waitUntilQuiet,
  waitUntilStopped,
} from "../differential/steps.ts";
import { FOREVER, REPORTER } from "../support/service.ts";
import type { DifferenceKey } from "../support/suite.ts";
import { installed, lacking } from "./client.ts";

const svc = (...words: readonly string[]): Step => other("svc", ...words);
const svstat = (...names: readonly string[]): Step => other("svstat", ...names);
const svok = (name: string): Step => other("svok", name);

/** The effect of each option on a service that has traced its start. */
const WHEN_UP: Readonly<Record<string, readonly Step[]>> = {
  u: [waitUntilQuiet],
  d: [until("down")],
  o: [until("run, want down")],
  p: [until("run, paused"), waitUntilStopped()],
  c: [waitUntilQuiet],
  h: [lines(2)],
  a: [lines(2)],
  i: [lines(2)],
  t: [lines(3), until("run"), alive()],
  k: [lines(2), until("run"), alive()],
  du: [lines(3), until("run"), alive()],
  pc: [until("run")],
};
const WHEN_DOWN: Readonly<Record<string, readonly Step[]>> = {
  u: [lines(1), until("run")],
  d: [waitUntilQuiet],
  o: [lines(1), until("run, want down")],
  p: [waitUntilQuiet],
  c: [waitUntilQuiet],
  h: [waitUntilQuiet],
  a: [waitUntilQuiet],
  i: [waitUntilQuiet],
  t: [waitUntilQuiet],
  k: [waitUntilQuiet],
};
const DOWN_DIFFERS: Readonly<Record<string, DifferenceKey>> = { p: "pause-flag" };

const up = ([option, done]: readonly [string, readonly Step[]]): Scenario => ({
  name: `svc -${option}, when up`,
  services: { service: { run: REPORTER } },
  steps: [
    supervise(),
    lines(1),
    waitUntilOld(),
    svc(`-${option}`, "service"),
    ...done,
    record(),
    svstat("service"),
    ...shutDown(),
  ],
});

const down = ([option, done]: readonly [string, readonly Step[]]): Scenario => {
  const differs = DOWN_DIFFERS[option];
  return {
    name: `svc -${option}, when down`,
    services: { service: { run: REPORTER, down: true } },
    steps: [
      supervise(),
      until("down"),
      svc(`-${option}`, "service"),
      ...done,
      record(),
      svstat("service"),
      ...shutDown(),
    ],
    ...(differs === undefined ? {} : { differs }),
  };
};

const told: readonly Scenario[] = [
  {
    name: "svc -x ends the supervisor of a service that is up",
    services: { service: { run: REPORTER } },
    steps: [supervise(), lines(1), svc("-x", "service"), ended(), record(), trace()],
  },
  {
    name: "svc -x ends the supervisor of a service that is down",
    services: { service: { run: REPORTER, down: true } },
    steps: [supervise(), until("down"), svc("-x", "service"), ended(), record()],
  },
  {
    name: "several services at once, one of them without a supervisor",
    services: { a: { run: FOREVER }, b: { run: FOREVER, down: true }, c: { run: FOREVER } },
    steps: [
      supervise("a"),
      supervise("b"),
      until("run", "a"),
      until("down", "b"),
      svstat("a", "b", "c", "d"),
      svc("-d", "a", "c", "d", "b"),
      until("down", "a"),
      svc("-u", "b"),
      until("run", "b"),
      svstat("a", "b", "c", "d"),
      ...["a", "b", "c", "d"].map(svok),
      ...shutDown("a"),
      ...shutDown("b"),
    ],
  },
];

const scenarios = [
  ...Object.entries(WHEN_UP).map(up),
  ...Object.entries(WHEN_DOWN).map(down),
  ...told,
];
compare(
  "daemontools finds ours as it finds the original",
  scenarios,
  lacking("daemontools", installed("svc"), installed("svok"), installed("svstat")),
);
