/** Signals to runsvdir. */
import type { Scenario } from "../../stage.ts";
import {
  ended,
  killSupervisor,
  label,
  list,
  record,
  recordParentage,
  scan,
  trace,
  waitUntilQuiet,
} from "../../steps.ts";
import { scannerEnds, WEB, webIsUp } from "./web.ts";

export const SCANNER_SIGNALS: readonly Scenario[] = [
  ...[[], ["-P"], ["--"]].map(
    (words): Scenario => ({
      name: `HUP to runsvdir ${words.join(" ")}`,
      services: WEB,
      steps: [
        scan(words),
        ...webIsUp,
        recordParentage("services/web"),
        record("services/web"),
        ...scannerEnds,
      ],
    }),
  ),
  {
    name: "TERM to runsvdir",
    services: WEB,
    steps: [
      scan(),
      ...webIsUp,
      killSupervisor("SIGTERM", "services"),
      ended("services"),
      waitUntilQuiet,
      record("services/web"),
      trace("services/web"),
    ],
  },
  ...(["SIGINT", "SIGQUIT", "SIGUSR1", "SIGKILL"] as const).map(
    (signal): Scenario => ({
      name: `${signal} to runsvdir`,
      services: WEB,
      steps: [
        scan(),
        ...webIsUp,
        killSupervisor(signal, "services"),
        ended("services"),
        waitUntilQuiet,
        record("services/web"),
        trace("services/web"),
      ],
    }),
  ),
  {
    name: "ALRM to runsvdir",
    services: WEB,
    steps: [
      scan(),
      ...webIsUp,
      killSupervisor("SIGALRM", "services"),
      label("services/.forced-rescan"),
      list("services"),
      record("services/web"),
      ...scannerEnds,
    ],
  },
];
