/** Each command of sv in each state. */
import { type Description, FOREVER, STUBBORN } from "../../../support/service.ts";
import type { DifferenceKey } from "../../../support/suite.ts";
import type { Scenario, Step } from "../../stage.ts";
import {
  ended,
  killSupervisor,
  lines,
  nextSecond,
  record,
  shutDownRepeating,
  supervise,
  sv,
  trace,
  until,
  waitForMessage,
  waitInRestartDelay,
  waitUntilOld,
  waitUntilQuiet,
  write,
} from "../../steps.ts";
import { type Differs, differing, scenario, steps } from "../scenario.ts";
import { shutDownByKill } from "../services.ts";
import { STATES } from "../states.ts";
import { LONG, SHORT } from "./words.ts";

const LETTERS = [..."udopchaiqtkxeXEDTs"];

const SV_DIFFERS: Differs = {
  "sv -w1 X service, when it heeds no TERM": "kill-down",
  "sv -w1 E service, when it heeds no TERM": "kill-down",
  "sv -w1 force-shutdown service, when it heeds no TERM": "kill-down",
  "sv -v pause service, when down": "pause-flag",
  "sv pause service, when down": "pause-flag",
};

/** A scenario that differs if its name has a row in {@link SV_DIFFERS}. */
function known(name: string, service: Description, plays: readonly Step[]): Scenario {
  return differing(SV_DIFFERS[name], scenario(name, service, plays));
}

const svIn = (state: string, words: readonly string[]): Scenario =>
  known(
    `sv ${words.join(" ")} service, when ${state}`,
    STATES[state]?.service ?? {},
    steps(
      ...(STATES[state]?.reach ?? []),
      nextSecond(),
      sv(...words, "service"),
      waitUntilQuiet,
      record(),
      trace(),
      sv("status", "service"),
    ),
  );

const eachWord: readonly Scenario[] = [
  ...[...SHORT, ...LONG].map((word) => svIn("up", [word])),
  ...[...SHORT, ...LONG].map((word) => svIn("down", [word])),
  ...SHORT.map((word) => svIn("up", ["-v", word])),
];

const WAITING = LONG.filter((word) => word !== "reload" && word !== "status");

const stubborn = (words: readonly string[]): Scenario =>
  known(`sv -w1 ${words.join(" ")} service, when it heeds no TERM`, { run: STUBBORN }, [
    supervise(),
    lines(1),
    waitUntilOld(),
    nextSecond(),
    sv("-w1", ...words, "service"),
    waitUntilQuiet,
    record(),
    ...shutDownByKill(),
  ]);

const failing: Readonly<Record<string, DifferenceKey | undefined>> = {
  status: undefined,
  start: "sv-start-failure",
  up: "sv-start-failure",
};

export const SV_COMMANDS: readonly Scenario[] = [
  ...eachWord,
  ...LETTERS.map((letter) => svIn("up", [letter])),
  ...SHORT.map((word) => svIn("down", ["-v", word])),
  // The original's start may report ok before runsv has read the 'u'.
  ...LONG.filter((word) => word !== "start").map((word) => svIn("once, without finish", [word])),
  ...LONG.map((word) => svIn("paused", ["-w1", word])),
  ...["status", "down", "hup", "term", "cont"].map((word) => svIn("finish", [word])),
  ...["status", "start", "stop", "restart"].map((word) => svIn("finish, want down", ["-w1", word])),
  ...["usrx", "delete", "online", "Xyz"].map((word) => svIn("up", [word])),
  ...WAITING.map((word) => stubborn([word])),
  ...["down", "term", "X", "D", "T", "E"].map((word) => stubborn([word])),
  ...Object.entries(failing).map(
    ([word, differs]): Scenario =>
      differing(
        differs,
        scenario(`sv -w1 ${word} service, when there is no ./run`, {}, [
          supervise(),
          waitForMessage("unable to start", 1),
          waitInRestartDelay(),
          sv("-w1", word, "service"),
          ...shutDownRepeating(),
        ]),
      ),
  ),
  differing(
    "sv-check-state",
    scenario("sv -w1 check service, when ./run fails at once", { run: "exit 1" }, [
      supervise(),
      waitInRestartDelay(),
      sv("-w1", "check", "service"),
      ...shutDownRepeating(),
    ]),
  ),
  ...[...SHORT, ...LONG].map(
    (word): Scenario => ({
      name: `sv ${word} of what is not supervised`,
      services: { service: { run: FOREVER }, bare: { run: FOREVER }, left: { run: FOREVER } },
      steps: [
        supervise("left"),
        until("run", "left"),
        killSupervisor("SIGTERM", "left"),
        ended("left"),
        write("file"),
        // Waiting commands give a directory time that was linked just now; none of these was.
        sv("-w0", word, "nowhere", "file", "left"),
        sv("-w0", word, "bare"),
      ],
    }),
  ),
];
