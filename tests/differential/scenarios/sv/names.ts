/** Names of services, several of them, and SVDIR. */
import { FOREVER, STUBBORN } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  lines,
  nextSecond,
  shutDown,
  supervise,
  sv,
  svWith,
  until,
  waitUntilOld,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { STARTS } from "../services.ts";

export const SV_NAMES: readonly Scenario[] = [
  {
    name: "names of services",
    services: { service: { run: STARTS, log: { run: FOREVER } } },
    steps: [
      supervise(),
      lines(1),
      until("run", "service/log"),
      ...[
        "service",
        "./service",
        "service/",
        "service/log",
        "./service/log/",
        "service//log",
        "../nowhere/service",
        "/nowhere",
        "/",
        ".",
        "..",
        "",
        " ",
        "service ",
        "n".repeat(256),
      ].map((name) => sv("status", name)),
      async (stage) => stage.command(["sv", "status", stage.path("service")]),
      sv("stop", "service/log"),
      sv("status", "service", "service/log", "service"),
      ...shutDown(),
    ],
  },
  {
    name: "SVDIR",
    services: { service: { run: STARTS } },
    steps: [
      supervise(),
      lines(1),
      svWith({ SVDIR: "" }, "status", "service", "./service"),
      svWith({ SVDIR: "/nowhere" }, "status", "service", "service/"),
      svWith({ SVDIR: "." }, "status", "service"),
      svWith({ SVDIR: "service/supervise/.." }, "status", "../service"),
      ...shutDown(),
    ],
  },
  {
    name: "several services, several failures",
    services: { a: { run: STARTS }, b: { run: STUBBORN }, c: { run: STARTS, down: true }, d: {} },
    steps: [
      supervise("a"),
      supervise("b"),
      supervise("c"),
      lines(1, "a"),
      lines(1, "b"),
      nextSecond("b"),
      sv("status", "a", "nowhere", "b", "c", "d"),
      sv("start", "a", "nowhere"),
      sv("-w1", "stop", "b", "nowhere", "d"),
      sv("up", ...Array.from({ length: 120 }, () => "nowhere")),
      sv("-v", "down", "c", "a"),
      ...["a", "c"].flatMap((name) => shutDown(name)),
    ],
  },
  {
    name: "several services are waited for",
    services: { a: { run: STARTS }, b: { run: STUBBORN }, c: { run: STARTS, down: true } },
    steps: [
      ...["a", "b", "c"].map((name) => supervise(name)),
      lines(1, "a"),
      lines(1, "b"),
      waitUntilOld("b"),
      nextSecond("a"),
      sv("-w1", "stop", "b", "a", "c", "b"),
      sv("start", "c"),
      sv("-w1", "force-stop", "b", "a"),
      ...["a", "b"].flatMap((name) => [until("down", name), ...shutDown(name)]),
      ...shutDown("c"),
    ],
  },
  differing(
    "sv-trailing-slash",
    scenario(
      "a slash behind the name, while waiting",
      { run: STARTS, down: true },
      steps(svWith({ SVDIR: "/nowhere" }, "-w1", "start", "service/")),
    ),
  ),
];
