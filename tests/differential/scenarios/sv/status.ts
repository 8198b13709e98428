/** sv status, also of files that are odd. */
import { FOREVER, STUBBORN } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  ended,
  lines,
  makeDirectory,
  remove,
  supervise,
  sv,
  svAs,
  until,
  write,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { STARTS } from "../services.ts";

export const SV_STATUS: readonly Scenario[] = [
  scenario(
    "the down file, and flags against it",
    { run: STUBBORN, down: true },
    steps(
      sv("status", "service"),
      sv("-v", "up", "service"),
      lines(1),
      sv("status", "service"),
      sv("pause", "service"),
      until("run, paused"),
      sv("status", "service"),
      sv("term", "service"),
      until("run, paused, got TERM"),
      sv("status", "service"),
      sv("once", "service"),
      until("run, paused, got TERM, want down"),
      sv("status", "service"),
      sv("kill", "service"),
      until("down, paused"),
      sv("status", "service"),
    ),
  ),
  scenario("a service with a log", { run: FOREVER, log: { run: FOREVER } }, [
    supervise(),
    until("run"),
    until("run", "service/log"),
    sv("status", "service"),
    sv("stop", "service"),
    sv("status", "service"),
    sv("pause", "service/log"),
    until("run, paused", "service/log"),
    sv("status", "service", "service/log"),
    sv("-w1", "force-shutdown", "service"),
    sv("-w1", "shutdown", "service/log"),
    sv("cont", "service/log"),
    sv("kill", "service/log"),
    ended(),
    sv("status", "service", "service/log"),
  ]),
  differing(
    "sv-log-status",
    scenario(
      "a log that is not supervised",
      { run: STARTS },
      steps(lines(1), makeDirectory("service/log"), sv("status", "service")),
    ),
  ),
  scenario(
    "a log that is a file",
    { run: STARTS, files: { log: "" } },
    steps(lines(1), sv("status", "service")),
  ),
  scenario(
    "a log that links to itself",
    { run: STARTS, files: { log: { link: "log" } } },
    steps(
      lines(1),
      sv("status", "service"),
      sv("status", "service/log"),
      svAs("service", "status"),
    ),
  ),
  differing(
    "sv-status-format",
    scenario("a record with a state that is none", { run: STARTS }, [
      supervise(),
      lines(1),
      write("service/supervise/status", "01234567890123456789"),
      sv("status", "service"),
    ]),
  ),
  scenario("records that cannot be read", { run: STARTS }, [
    supervise(),
    lines(1),
    write("service/supervise/status", "short"),
    sv("status", "service"),
    sv("stop", "service"),
    write("service/supervise/status", ""),
    sv("status", "service"),
    remove("service/supervise/status"),
    sv("status", "service"),
    makeDirectory("service/supervise/status"),
    sv("status", "service"),
  ]),
  scenario("a control fifo that cannot be written", { run: STARTS }, [
    supervise(),
    lines(1),
    remove("service/supervise/control"),
    sv("down", "service"),
    makeDirectory("service/supervise/control"),
    sv("down", "service"),
    remove("service/supervise/ok"),
    sv("status", "service"),
    makeDirectory("service/supervise/ok"),
    sv("status", "service"),
  ]),
  differing(
    "sv-status-format",
    scenario("a record that is too long", { run: STARTS }, [
      supervise(),
      lines(1),
      write("service/supervise/status", "0123456789012345678901234567890"),
      sv("status", "service"),
    ]),
  ),
];
