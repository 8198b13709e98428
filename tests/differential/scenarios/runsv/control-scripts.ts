/** control/X in place of a signal and beside it. */
import { REPORTER, STUBBORN } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  control,
  controlIfThere,
  ended,
  killService,
  killSupervisor,
  lines,
  record,
  remove,
  shutDown,
  trace,
  until,
  waitUntilOld,
  waitUntilQuiet,
} from "../../steps.ts";
import { type Differs, differing, scenario, steps } from "../scenario.ts";
import { commanded, FINISH, HANGING_FINISH, STARTS, script } from "../services.ts";

const SCRIPT_ENDS = {
  vetoes: "exit 0",
  "does not veto": "exit 1",
  "is killed": "kill -KILL $$",
} as const;

const SCRIPT_DIFFERS: Differs = {
  "control/k vetoes": "kill-veto",
  "control/t is killed": "control-script-killed",
  "control/h is killed": "control-script-killed",
  "control/1 is killed": "control-script-killed",
  "control/i is killed": "control-script-killed",
  "control/p is killed": "control-script-killed",
  "control/k is killed": "control-script-killed",
};

export const CONTROL_SCRIPTS: readonly Scenario[] = [
  ...[..."thiaq12pck"].flatMap((byte) =>
    Object.entries(SCRIPT_ENDS)
      .filter(([what]) => what !== "is killed" || SCRIPT_DIFFERS[`control/${byte} is killed`])
      .map(([what, end]): Scenario => {
        const name = `control/${byte} ${what}`;
        return differing(
          SCRIPT_DIFFERS[name],
          scenario(
            name,
            { run: REPORTER, finish: FINISH, control: { [byte]: script(byte, end) } },
            [
              ...commanded(byte),
              // An update of the record: 'k' makes none.
              control("u"),
              waitUntilQuiet,
              record(),
              remove("service/control"), // control/t would keep runsv from ending it
              ...shutDown(),
            ],
          ),
        );
      }),
  ),
  ...[..."thp"].flatMap((byte): Scenario[] => [
    scenario(
      `control/${byte} without permission`,
      {
        run: REPORTER,
        control: { [byte]: { text: "#!/bin/sh\necho script >>trace\n", mode: 0o655 } },
      },
      [...commanded(byte), ...shutDown()],
    ),
    differing(
      "exec-failure",
      scenario(
        `control/${byte} with a missing interpreter`,
        { run: REPORTER, control: { [byte]: { text: "#!/no/one\n", mode: 0o755 } } },
        [...commanded(byte), ...shutDown()],
      ),
    ),
    differing(
      "exec-failure",
      scenario(
        `control/${byte} is a directory`,
        { run: REPORTER, control: { [byte]: { directory: true } } },
        [...commanded(byte), ...shutDown()],
      ),
    ),
  ]),
  ...(
    [
      ["d", { d: script("d", "exit 0") }],
      ["d", { d: script("d", "exit 1") }],
      ["d", { t: script("t", "exit 0"), d: script("d", "exit 1") }],
      ["d", { t: script("t", "exit 1"), d: script("d", "exit 0"), c: script("c", "exit 0") }],
      ["x", { x: script("x", "exit 0"), d: script("d", "exit 0") }],
      ["x", { t: script("t", "exit 0"), x: script("x", "exit 1") }],
      ["t", { t: script("t", "exit 1"), d: script("d", "exit 0"), x: script("x", "exit 0") }],
      ["k", { t: script("t", "exit 0"), k: script("k", "exit 1") }],
    ] as const
  ).map(
    ([byte, scripted], index): Scenario =>
      scenario(
        `'${byte}' with ${Object.keys(scripted)
          .map((each) => `control/${each}`)
          .join(", ")} (${index})`,
        { run: STUBBORN, control: scripted },
        [
          ...commanded(byte),
          killService("SIGKILL"),
          waitUntilQuiet,
          record(),
          controlIfThere("d"),
          waitUntilQuiet,
          controlIfThere("k"),
          waitUntilQuiet,
          killSupervisor("SIGTERM"),
          ended(),
          trace(),
        ],
      ),
  ),
  scenario(
    "control/t on a service that runs once",
    {
      run: STUBBORN,
      down: true,
      control: { t: script("t", "exit 1"), d: script("d", "exit 0") },
    },
    steps(
      control("o"),
      lines(1),
      control("t"),
      waitUntilQuiet,
      record(),
      control("k"),
      until("down"),
    ),
  ),
  scenario(
    "control/u before each start, control/o never",
    {
      run: STARTS,
      down: true,
      control: { u: script("u", "exit 1"), o: script("o", "exit 0") },
    },
    steps(
      control("u"),
      lines(2),
      waitUntilOld(),
      control("t"),
      lines(4),
      control("d"),
      until("down"),
      control("o"),
      lines(6),
      until("run, want down"),
      record(),
    ),
  ),
  ...(
    [
      ["is a dangling link", { link: "nowhere" }],
      ["is a link in a circle", { link: "t" }],
      ["has no '#!'", { text: "echo script >>trace\n", mode: 0o755 }, "exec-failure"],
      ["can be executed by its owner only", { text: "#!/bin/sh\nexit 0\n", mode: 0o700 }],
    ] as const
  ).map(
    ([what, scripted, differs]): Scenario =>
      differing(
        differs,
        scenario(`control/t ${what}`, { run: REPORTER, control: { t: scripted } }, [
          ...commanded("t"),
          remove("service/control"),
          ...shutDown(),
        ]),
      ),
  ),
  scenario("control is a file", { run: REPORTER, files: { control: "" } }, [
    ...commanded("t"),
    ...shutDown(),
  ]),
  scenario(
    "control scripts are not asked in down and finish",
    {
      run: "exit 0",
      finish: HANGING_FINISH,
      control: Object.fromEntries([..."tdxpkch1"].map((each) => [each, script(each, "exit 0")])),
    },
    steps(lines(1), until("finish"), control("tdch1"), waitUntilQuiet, record()),
  ),
];
