/** Options and usage of sv. */
import type { Scenario } from "../../stage.ts";
import { sv, svWith } from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { STARTS } from "../services.ts";

export const SV_OPTIONS: readonly Scenario[] = [
  ...[
    [],
    ["-v"],
    ["-w"],
    ["-w1"],
    ["-z"],
    ["-z", "status", "service"],
    ["status"],
    ["start"],
    ["-v", "status"],
    ["", "service"],
    ["--", "status"],
    ["-vz", "status", "service"],
    ["-vw"],
  ].map((words): Scenario => scenario(`usage: sv ${words.join(" ")}`, {}, [sv(...words)])),
  ...["zap", "rest", "reboot", "force", "Status", "-"].map((word) =>
    differing(
      "sv-unknown-command",
      scenario(`usage: sv ${word} service`, {}, [sv(word, "service")]),
    ),
  ),
  { name: "sv --help", services: {}, steps: [sv("--help")], differs: "sv-help" },
  differing(
    "sv-long-options",
    scenario(
      "long options of sv",
      { run: STARTS, down: true },
      steps(
        sv("--json"),
        sv("--status", "service"),
        sv("--all", "status", "service"),
        sv("--", "status", "service"),
      ),
    ),
  ),
  { name: "sv -V", services: {}, steps: [sv("-V")], differs: "version" },
  { name: "sv -V, and more", services: {}, steps: [sv("-Vz")], differs: "version" },
  scenario(
    "options of sv",
    { run: STARTS, down: true },
    steps(
      ...[["-v"], ["-w1"], ["-w", "1"], ["-vw1"], ["-v", "-w", "0"], ["--"]].map((options) =>
        sv(...options, "status", "service"),
      ),
      sv("-v", "up", "service"),
      sv("-w1", "down", "service"),
      svWith({ SVWAIT: "1" }, "-v", "down", "service"),
    ),
  ),
  differing(
    "sv-wait-number",
    scenario(
      "times to wait that are no numbers",
      { run: STARTS, down: true },
      steps(
        sv("-w0x", "status", "service"),
        sv("-wx", "status", "service"),
        sv("-w1x", "up", "service"),
        svWith({ SVWAIT: "x" }, "status", "service"),
      ),
    ),
  ),
];
