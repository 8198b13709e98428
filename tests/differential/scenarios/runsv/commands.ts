/** Each control byte in each state, and several bytes at once. */
import { STUBBORN } from "../../../support/service.ts";
import type { Scenario } from "../../stage.ts";
import {
  control,
  ended,
  lines,
  record,
  supervise,
  trace,
  waitUntilOld,
  waitUntilQuiet,
} from "../../steps.ts";
import { type Differs, differing, scenario, steps } from "../scenario.ts";
import { FINISH, shutDownByKill } from "../services.ts";
import { STATES } from "../states.ts";

const EACH_DIFFERS: Differs = {
  "'p' when down": "pause-flag",
  "'p' when finish": "pause-flag",
  "'p' when finish, want down": "pause-flag",
  "'k' when finish": "kill-in-finish",
  "'k' when finish, want down": "kill-in-finish",
};

export const EACH_COMMAND: readonly Scenario[] = Object.entries(STATES).flatMap(
  ([state, { service, reach }]) =>
    [..."udoxtkpchaiq12?"].map((byte) => {
      const name = `'${byte}' when ${state}`;
      return differing(
        EACH_DIFFERS[name],
        scenario(
          name,
          service,
          steps(...reach, record(), control(byte), waitUntilQuiet, record(), trace()),
        ),
      );
    }),
);

const SEQUENCES =
  "tt td dt tx xt pt tp du dud xu xd dx xux ox uo od pp pc ppc tc tcu utc zt\nd dxu oooo pdc pxc ptc".split(
    " ",
  );

/** Here runsv is commanded to exit, and then 'k'. */
const ENDING_IN_EXIT = ["tx", "xt", "dx", "xux", "ox", "pxc"];

export const SEQUENCES_OF_COMMANDS: readonly Scenario[] = SEQUENCES.map((bytes) => {
  const differs =
    bytes === "xd" ? "exit-stays" : ENDING_IN_EXIT.includes(bytes) ? "kill-down" : undefined;
  return differing(
    differs,
    scenario(
      `'${bytes.replace("\n", "\\n")}' to a service that heeds no TERM`,
      { run: STUBBORN, finish: FINISH },
      [
        supervise(),
        lines(1),
        waitUntilOld(),
        record(),
        control(bytes),
        waitUntilQuiet,
        record(),
        control("k"),
        waitUntilQuiet,
        record(),
        trace(),
        ...shutDownByKill(),
      ],
    ),
  );
});

export const KILLED: readonly Scenario[] = [
  differing(
    "kill-down",
    scenario("'k' after 'x'", { run: STUBBORN, finish: FINISH }, [
      supervise(),
      lines(1),
      control("x"),
      waitUntilQuiet,
      control("k"),
      ended(),
      waitUntilQuiet,
      record(),
      trace(),
    ]),
  ),
];
