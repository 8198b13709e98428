/** ./finish after each kind of exit, and a ./finish that cannot be executed. */
import type { Scenario } from "../../stage.ts";
import {
  control,
  killService,
  lines,
  record,
  recordAt,
  shutDownRepeating,
  supervise,
  until,
  waitForMessage,
  waitUntilOld,
} from "../../steps.ts";
import { differing, scenario, steps } from "../scenario.ts";
import { FINISH, HANGING_FINISH, STARTS } from "../services.ts";

const ENDS = [
  "exit 0",
  "exit 1",
  "exit 3",
  "exit 100",
  "exit 111",
  "exit 127",
  "exit 255",
  "kill -HUP $$",
  "kill -TERM $$",
  "kill -KILL $$",
  "kill -USR1 $$",
  "ulimit -c 0; kill -SEGV $$",
  "ulimit -c unlimited; kill -ABRT $$",
  "exec /no/such/program",
];

export const FINISH_SCRIPT: readonly Scenario[] = [
  ...ENDS.map(
    (run): Scenario =>
      scenario(
        `./finish after: ${run}`,
        { run, finish: HANGING_FINISH },
        steps(lines(1), until("finish"), record()),
      ),
  ),
  ...(
    [
      ["no ./run", {}, "as the original"],
      ["a ./run without permission", { run: { text: "#!/bin/sh\n", mode: 0o644 } }, "exec-failure"],
      ["a ./run without '#!'", { run: { text: "exit\n", mode: 0o755 } }, "exec-failure"],
      ["an empty ./run", { run: { text: "", mode: 0o755 } }, "exec-failure"],
      ["a directory for ./run", { run: { directory: true } }, "exec-failure"],
      [
        "a missing interpreter",
        { run: { text: "#!/no/interpreter\n", mode: 0o755 } },
        "exec-failure",
      ],
      ["a link in a circle for ./run", { run: { link: "run" } }, "as the original"],
    ] as const
  ).flatMap(([what, service, how]): Scenario[] => [
    differing(
      how === "as the original" ? undefined : how,
      scenario(
        `./finish after ${what}`,
        { ...service, finish: HANGING_FINISH },
        steps(lines(1), until("finish"), record()),
      ),
    ),
    differing(
      how === "as the original" ? undefined : how,
      scenario(`without ./finish, ${what}`, service, [
        supervise(),
        waitForMessage("unable to start", 2),
        recordAt("down"),
        ...shutDownRepeating(),
      ]),
    ),
  ]),
  differing(
    "exec-failure",
    scenario(
      "./finish without permission",
      { run: STARTS, finish: { text: "#!/bin/sh\n", mode: 0o644 } },
      steps(lines(1), waitUntilOld(), control("t"), lines(2)),
    ),
  ),
  differing(
    "exec-failure",
    scenario(
      "./finish is a directory",
      { run: STARTS, finish: { directory: true } },
      steps(lines(1), waitUntilOld(), control("t"), lines(2)),
    ),
  ),
  differing(
    "exec-failure",
    scenario(
      "./finish with a missing interpreter",
      { run: STARTS, finish: { text: "#!/no/interpreter\n", mode: 0o755 } },
      steps(lines(1), waitUntilOld(), control("d"), until("down")),
    ),
  ),
  scenario(
    "./finish fails",
    { run: STARTS, finish: `${FINISH}; exit 9` },
    steps(lines(1), waitUntilOld(), control("t"), lines(3), until("run"), record()),
  ),
  scenario(
    "./finish is killed",
    { run: STARTS, finish: HANGING_FINISH },
    steps(
      lines(1),
      waitUntilOld(),
      control("t"),
      lines(2),
      until("finish"),
      killService("SIGKILL"),
      lines(3),
      until("run"),
      record(),
      control("d"),
      lines(4),
    ),
  ),
  scenario(
    "./finish is a dangling link",
    { run: STARTS, finish: { link: "nowhere" } },
    steps(lines(1), waitUntilOld(), control("t"), lines(2)),
  ),
];
