/** sv and ./check. */
import type { Scenario } from "../../stage.ts";
import { ended, lines, nextSecond, supervise, sv } from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { DIRECTORY, STARTS } from "../services.ts";

export const SV_CHECK: readonly Scenario[] = [
  scenario(
    "./check is content",
    { run: STARTS, down: true, check: "echo check >>checks; exit 0" },
    steps(
      sv("check", "service"),
      sv("start", "service"),
      sv("check", "service"),
      nextSecond(),
      sv("restart", "service"),
    ),
  ),
  scenario(
    "./check is not content",
    { run: STARTS, down: true, check: "exit 1" },
    steps(
      sv("-w1", "start", "service"),
      sv("-w1", "check", "service"),
      sv("-w0", "try-restart", "service"),
      sv("stop", "service"),
      sv("check", "service"),
    ),
  ),
  differing(
    "sv-check-async",
    scenario(
      "./check is a link in a circle",
      { run: STARTS, check: { link: "check" } },
      steps(lines(1), sv("-w0", "check", "service")),
    ),
  ),
  differing(
    "sv-check-verdict",
    scenario(
      "./check is a directory",
      { run: STARTS, check: DIRECTORY },
      steps(lines(1), sv("-w1", "check", "service")),
    ),
  ),
  scenario(
    "runsv vanishes while sv waits",
    {
      run: STARTS,
      check: "read _ _ _ runsv _ </proc/$(cat supervise/pid)/stat; kill -KILL $runsv; exit 1",
    },
    [supervise(), lines(1), sv("start", "service"), sv("status", "service"), ended()],
  ),
  scenario(
    "./check becomes content",
    { run: STARTS, down: true, check: "test -e ready || { echo >ready; exit 1; }" },
    steps(sv("start", "service")),
  ),
  scenario(
    "./check is a dangling link",
    { run: STARTS, check: { link: "nowhere" } },
    steps(lines(1), sv("check", "service")),
  ),
  differing(
    "sv-check-verdict",
    scenario(
      "./check is killed",
      { run: STARTS, check: "kill -KILL $$" },
      steps(lines(1), sv("-w1", "check", "service")),
    ),
  ),
  differing(
    "sv-check-verdict",
    scenario(
      "./check cannot be executed",
      { run: STARTS, check: { text: "#!/bin/sh\n", mode: 0o644 } },
      steps(lines(1), sv("-w1", "check", "service")),
    ),
  ),
];
