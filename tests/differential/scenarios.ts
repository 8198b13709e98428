/**
 * The scenarios that the original and ours have to play alike, word for word; see stage.ts for
 * what is written down. A step that follows a command awaits its effect, so that no transcript
 * depends on who is faster. Where ours is meant to differ, `differs` names the row of
 * docs/differences.md.
 */
import { isAlive } from "../support/procfs.ts";
import { type Description, FOREVER, REPORTER, STUBBORN } from "../support/service.ts";
import type { DifferenceKey } from "../support/suite.ts";
import type { Scenario, Step } from "./stage.ts";
import {
  control,
  controlIfThere,
  ended,
  endedRepeating,
  finale,
  finaleRepeating,
  killIfSupervised,
  killService,
  killSupervisor,
  kin,
  label,
  lines,
  linesUnrecorded,
  link,
  list,
  makeDirectory,
  messageArea,
  nextSecond,
  other,
  record,
  recordAt,
  relink,
  remove,
  rename,
  repeat,
  rest,
  resting,
  ripen,
  runsv,
  runsvdir,
  said,
  scan,
  setMode,
  stopped,
  supervise,
  sv,
  svAs,
  svWith,
  trace,
  until,
  wanted,
  write,
} from "./steps.ts";

type Differs = Readonly<Record<string, DifferenceKey>>;
/** `differs`, where the table has a row for `key`. */
const meant = (differs: Differs, key: string) =>
  differs[key] === undefined ? {} : { differs: differs[key] };
const one = (service: Description) => ({ service });

const FINISH = 'echo "finish $*" >>trace';
/** What a script is given, apart from what is chance; its own descriptor is what the shell reads it by. */
const FACTS = [
  `{ echo "$0 $* in \${PWD##*/}"`,
  `tr '\\0' ' ' </proc/$$/cmdline; echo`,
  `for fd in /proc/$$/fd/[0-9]; do echo "\${fd##*/} $(readlink $fd | sed 's/[0-9]*]//')"; done`,
  `cut -d' ' -f6 /proc/$$/stat | sed "s/^$$$/leads a session/;s/^[0-9]*$/in a session/"`,
  `env | grep -v '^RUNITS_\\|PWD' | sed "s,=.*/runits-test-.*,=BOX," | sort`,
  `} >>trace`,
].join("; ");
/** Signals as well, but for control scripts: `control-script-signals`. The shell's own mask is not always what it was given. */
const SIGNAL_FACTS = "grep '^Sig[BI]' /proc/self/status >>trace";
/** Waits, idle, until `finale` opens ./go. */
const HANG = "mkfifo go 2>/dev/null; : <go";
const HANGING_FINISH = `${FINISH}; ${HANG}`;
/** A service that runs is given a command: what becomes of its record, and of itself. */
const commanded = (byte: string): readonly Step[] => [
  supervise(),
  lines(1),
  ripen(),
  control(byte),
  rest,
  record(),
  trace(),
];
const STARTS = `echo start >>trace; ${FOREVER}`;

// ------------------------------------------------------------- each command in each state

interface State {
  readonly service: Description;
  readonly reach: readonly Step[];
}
const ONCE = [control("o"), lines(1), ripen(), until("run, want down")];
const STATES: Readonly<Record<string, State>> = {
  down: { service: { run: REPORTER, finish: FINISH, down: true }, reach: [until("down")] },
  up: { service: { run: REPORTER, finish: FINISH }, reach: [lines(1), ripen()] },
  paused: {
    service: { run: REPORTER, finish: FINISH },
    reach: [lines(1), ripen(), control("p"), until("run, paused"), stopped()],
  },
  once: { service: { run: REPORTER, finish: FINISH, down: true }, reach: ONCE },
  // Between ./run and ./finish the original may say ok, should it look just then.
  "once, without finish": { service: { run: REPORTER, down: true }, reach: ONCE },
  finish: {
    service: { run: "exit 3", finish: HANGING_FINISH },
    reach: [lines(1), until("finish")],
  },
  "finish, want down": {
    service: { run: REPORTER, finish: HANGING_FINISH },
    reach: [lines(1), ripen(), control("d"), lines(3), until("finish, want down")],
  },
};
const EACH_DIFFERS: Differs = {
  "'p' when down": "pause-flag",
  "'p' when finish": "pause-flag",
  "'p' when finish, want down": "pause-flag",
  "'k' when finish": "kill-in-finish",
  "'k' when finish, want down": "kill-in-finish",
};
const eachCommand: readonly Scenario[] = Object.entries(STATES).flatMap(
  ([state, { service, reach }]) =>
    [..."udoxtkpchaiq12?"].map((byte) => {
      const name = `'${byte}' when ${state}`;
      return {
        name,
        services: one(service),
        steps: [
          supervise(),
          ...reach,
          record(),
          control(byte),
          rest,
          record(),
          trace(),
          ...finale(),
        ],
        ...meant(EACH_DIFFERS, name),
      };
    }),
);

// ------------------------------------------------------------- several commands together

const SEQUENCES = [
  "tt",
  "td",
  "dt",
  "tx",
  "xt",
  "pt",
  "tp",
  "du",
  "dud",
  "xu",
  "xd",
  "dx",
  "xux",
  "ox",
  "uo",
  "od",
  "pp",
  "pc",
  "ppc",
  "tc",
  "tcu",
  "utc",
  "zt\nd",
  "dxu",
  "oooo",
  "pdc",
  "pxc",
  "ptc",
];
/** Here runsv is told to exit, and then 'k'. */
const ENDING_IN_EXIT = ["tx", "xt", "dx", "xux", "ox", "pxc"];
const sequences: readonly Scenario[] = SEQUENCES.map((bytes) => ({
  name: `'${bytes.replace("\n", "\\n")}' to a service that heeds no TERM`,
  services: one({ run: STUBBORN, finish: FINISH }),
  steps: [
    supervise(),
    lines(1),
    ripen(),
    record(),
    control(bytes),
    rest,
    record(),
    control("k"),
    rest,
    record(),
    trace(),
    ...finaleKilling(),
  ],
  ...(ENDING_IN_EXIT.includes(bytes) ? { differs: "kill-down" } : {}),
  ...(bytes === "xd" ? { differs: "exit-stays" } : {}),
}));
/** For services that only KILL ends; it comes from outside, for 'k' after 'x' is not the same. */
function finaleKilling(): readonly Step[] {
  return [
    killSupervisor("SIGTERM"),
    rest,
    record(),
    killIfSupervised(),
    ended(),
    record(),
    trace(),
  ];
}

const KILLED: readonly Scenario[] = [
  {
    name: "'k' after 'x'",
    services: one({ run: STUBBORN, finish: FINISH }),
    steps: [
      supervise(),
      lines(1),
      control("x"),
      rest,
      control("k"),
      ended(),
      rest,
      record(),
      trace(),
    ],
    differs: "kill-down",
  },
];

// ------------------------------------------------------------- ./finish

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
const finishes: readonly Scenario[] = [
  ...ENDS.map(
    (run): Scenario => ({
      name: `./finish after: ${run}`,
      services: one({ run, finish: HANGING_FINISH }),
      steps: [supervise(), lines(1), until("finish"), record(), ...finale()],
    }),
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
    {
      name: `./finish after ${what}`,
      services: one({ ...service, finish: HANGING_FINISH }),
      steps: [supervise(), lines(1), until("finish"), record(), ...finale()],
      ...(how === "as the original" ? {} : { differs: how }),
    },
    {
      name: `without ./finish, ${what}`,
      services: one(service),
      steps: [supervise(), said("unable to start", 2), recordAt("down"), ...finaleRepeating()],
      ...(how === "as the original" ? {} : { differs: how }),
    },
  ]),
  {
    name: "./finish without permission",
    services: one({ run: STARTS, finish: { text: "#!/bin/sh\n", mode: 0o644 } }),
    steps: [supervise(), lines(1), ripen(), control("t"), lines(2), ...finale()],
    differs: "exec-failure",
  },
  {
    name: "./finish is a directory",
    services: one({ run: STARTS, finish: { directory: true } }),
    steps: [supervise(), lines(1), ripen(), control("t"), lines(2), ...finale()],
    differs: "exec-failure",
  },
  {
    name: "./finish with a missing interpreter",
    services: one({ run: STARTS, finish: { text: "#!/no/interpreter\n", mode: 0o755 } }),
    steps: [supervise(), lines(1), ripen(), control("d"), until("down"), ...finale()],
    differs: "exec-failure",
  },
  {
    name: "./finish fails",
    services: one({ run: STARTS, finish: `${FINISH}; exit 9` }),
    steps: [
      supervise(),
      lines(1),
      ripen(),
      control("t"),
      lines(3),
      until("run"),
      record(),
      ...finale(),
    ],
  },
  {
    name: "./finish is killed",
    services: one({ run: STARTS, finish: HANGING_FINISH }),
    steps: [
      supervise(),
      lines(1),
      ripen(),
      control("t"),
      lines(2),
      until("finish"),
      killService("SIGKILL"),
      lines(3),
      until("run"),
      record(),
      control("d"),
      lines(4),
      ...finale(),
    ],
  },
  {
    name: "./finish is a dangling link",
    services: one({ run: STARTS, finish: { link: "nowhere" } }),
    steps: [supervise(), lines(1), ripen(), control("t"), lines(2), ...finale()],
  },
];

// ------------------------------------------------------------- control scripts

const script = (name: string, end: string) => `echo "script ${name}" >>trace; ${end}`;
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
const scripts: readonly Scenario[] = [
  ...[..."thiaq12pck"].flatMap((byte) =>
    Object.entries(SCRIPT_ENDS)
      .filter(([what]) => what !== "is killed" || SCRIPT_DIFFERS[`control/${byte} is killed`])
      .map(([what, end]): Scenario => {
        const name = `control/${byte} ${what}`;
        return {
          name,
          services: one({ run: REPORTER, finish: FINISH, control: { [byte]: script(byte, end) } }),
          steps: [
            ...commanded(byte),
            // An update of the record: 'k' makes none.
            control("u"),
            rest,
            record(),
            remove("service/control"), // control/t would keep runsv from ending it
            ...finale(),
          ],
          ...meant(SCRIPT_DIFFERS, name),
        };
      }),
  ),
  ...[..."thp"].flatMap((byte): Scenario[] => [
    {
      name: `control/${byte} without permission`,
      services: one({
        run: REPORTER,
        control: { [byte]: { text: "#!/bin/sh\necho script >>trace\n", mode: 0o655 } },
      }),
      steps: [...commanded(byte), ...finale()],
    },
    {
      name: `control/${byte} with a missing interpreter`,
      services: one({ run: REPORTER, control: { [byte]: { text: "#!/no/one\n", mode: 0o755 } } }),
      steps: [...commanded(byte), ...finale()],
      differs: "exec-failure",
    },
    {
      name: `control/${byte} is a directory`,
      services: one({ run: REPORTER, control: { [byte]: { directory: true } } }),
      steps: [...commanded(byte), ...finale()],
      differs: "exec-failure",
    },
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
    ([byte, scripted], index): Scenario => ({
      name: `'${byte}' with ${Object.keys(scripted)
        .map((each) => `control/${each}`)
        .join(", ")} (${index})`,
      services: one({ run: STUBBORN, control: scripted }),
      steps: [
        ...commanded(byte),
        killService("SIGKILL"),
        rest,
        record(),
        controlIfThere("d"),
        rest,
        controlIfThere("k"),
        rest,
        killSupervisor("SIGTERM"),
        ended(),
        trace(),
      ],
    }),
  ),
  {
    name: "control/t on a service that runs once",
    services: one({
      run: STUBBORN,
      down: true,
      control: { t: script("t", "exit 1"), d: script("d", "exit 0") },
    }),
    steps: [
      supervise(),
      control("o"),
      lines(1),
      control("t"),
      rest,
      record(),
      control("k"),
      until("down"),
      ...finale(),
    ],
  },
  {
    name: "control/u before each start, control/o never",
    services: one({
      run: STARTS,
      down: true,
      control: { u: script("u", "exit 1"), o: script("o", "exit 0") },
    }),
    steps: [
      supervise(),
      control("u"),
      lines(2),
      ripen(),
      control("t"),
      lines(4),
      control("d"),
      until("down"),
      control("o"),
      lines(6),
      until("run, want down"),
      record(),
      ...finale(),
    ],
  },
  ...(
    [
      ["is a dangling link", { link: "nowhere" }],
      ["is a link in a circle", { link: "t" }],
      ["has no '#!'", { text: "echo script >>trace\n", mode: 0o755 }, "exec-failure"],
      ["can be executed by its owner only", { text: "#!/bin/sh\nexit 0\n", mode: 0o700 }],
    ] as const
  ).map(
    ([what, scripted, differs]): Scenario => ({
      name: `control/t ${what}`,
      services: one({ run: REPORTER, control: { t: scripted } }),
      steps: [...commanded("t"), remove("service/control"), ...finale()],
      ...(differs === undefined ? {} : { differs }),
    }),
  ),
  {
    name: "control is a file",
    services: one({ run: REPORTER, files: { control: "" } }),
    steps: [...commanded("t"), ...finale()],
  },
  {
    name: "control scripts are not asked in down and finish",
    services: one({
      run: "exit 0",
      finish: HANGING_FINISH,
      control: Object.fromEntries([..."tdxpkch1"].map((each) => [each, script(each, "exit 0")])),
    }),
    steps: [supervise(), lines(1), until("finish"), control("tdch1"), rest, record(), ...finale()],
  },
];

// ------------------------------------------------------------- the log service

const CAT = "exec cat >>../trace";
const logs: readonly Scenario[] = [
  {
    name: "a service with a log",
    services: one({ run: `echo hello; ${FOREVER}`, log: { run: CAT } }),
    steps: [
      supervise(),
      until("run"),
      until("run", "service/log"),
      lines(1),
      record(),
      record("service/log"),
      list("service/supervise"),
      list("service/log/supervise"),
      ...finale(),
      record("service/log"),
    ],
  },
  ...[..."udotkpchaiq12x?"].map(
    (byte): Scenario => ({
      name: `'${byte}' to the log service`,
      services: one({ run: FOREVER, log: { run: REPORTER } }),
      steps: [
        supervise(),
        until("run"),
        lines(1, "service/log"),
        ripen("service/log"),
        record("service/log"),
        control(byte, "service/log"),
        rest,
        record(),
        record("service/log"),
        trace("service/log"),
        killSupervisor("SIGTERM"),
        rest,
        record("service/log"),
        controlIfThere("k", "service/log"), // where it heeds no end of input
        ended(),
        record("service/log"),
      ],
    }),
  ),
  {
    name: "a log that heeds no end of input",
    services: one({ run: FOREVER, log: { run: STUBBORN } }),
    steps: [
      supervise(),
      until("run"),
      lines(1, "service/log"),
      control("x"),
      until("run, want exit", "service/log"),
      record(),
      record("service/log"),
      control("t", "service/log"),
      until("run, got TERM, want exit", "service/log"),
      record("service/log"),
      control("k", "service/log"),
      ended(),
      record("service/log"),
    ],
  },
  {
    name: "a log with log/down",
    services: one({ run: FOREVER, log: { run: FOREVER, down: true } }),
    steps: [
      supervise(),
      until("run"),
      until("down", "service/log"),
      record("service/log"),
      ...finale(),
    ],
    differs: "log-pid-from-start",
  },
  {
    name: "a log with log/finish and log/control",
    services: one({
      run: FOREVER,
      log: {
        run: STARTS,
        finish: script("finish", "exit 0"),
        control: { t: script("t", "exit 0"), h: script("h", "exit 0") },
      },
    }),
    steps: [
      supervise(),
      until("run"),
      lines(1, "service/log"),
      ripen("service/log"),
      control("t", "service/log"),
      lines(2, "service/log"),
      rest,
      trace("service/log"),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ],
  },
  {
    name: "a log of a service that is down",
    services: one({ run: FOREVER, down: true, log: { run: CAT } }),
    steps: [supervise(), until("run", "service/log"), record(), record("service/log"), ...finale()],
  },
  {
    name: "what ./finish and control scripts write to the log",
    services: one({
      run: `echo run; ${FOREVER}`,
      finish: `echo finish; ${HANG}`,
      control: { h: "echo h" },
      log: { run: CAT },
    }),
    steps: [supervise(), lines(1), control("h"), lines(2), control("d"), lines(3), ...finale()],
  },
  {
    name: "a log that is a file",
    services: one({ run: FOREVER, files: { log: "" } }),
    steps: [supervise(), until("run"), record(), ...finale()],
  },
  {
    name: "a log that is a link to a directory",
    services: {
      service: { run: "echo hello; exec sleep 1000", files: { log: { link: "../logger" } } },
      logger: { run: "exec cat >>trace" },
    },
    steps: [
      supervise(),
      until("run"),
      until("run", "service/log"),
      lines(1, "logger"),
      list("logger/supervise"),
      ...finale(),
      trace("logger"),
      record("logger"),
    ],
  },
  {
    name: "lines that are written while the log is down",
    services: one({
      run: `echo one; ${FOREVER}`,
      control: { h: "echo two", i: "echo three" },
      log: { run: CAT },
    }),
    steps: [
      supervise(),
      lines(1),
      ripen("service/log"),
      control("d", "service/log"),
      until("down", "service/log"),
      control("h"),
      control("i"),
      rest,
      trace(),
      control("u", "service/log"),
      linesUnrecorded(3),
      record("service/log"),
      ...finale(),
    ],
  },
  ...[..."udotkpchx"].map((byte): Scenario => {
    const name = `'${byte}' to a log service that was told to be down`;
    return {
      name,
      services: one({ run: FOREVER, log: { run: REPORTER } }),
      steps: [
        supervise(),
        until("run"),
        lines(1, "service/log"),
        ripen("service/log"),
        control("d", "service/log"),
        until("down", "service/log"),
        control(byte, "service/log"),
        rest,
        record(),
        record("service/log"),
        trace("service/log"),
        killSupervisor("SIGTERM"),
        rest,
        controlIfThere("k", "service/log"),
        ended(),
        record("service/log"),
      ],
      ...(byte === "p" ? { differs: "pause-flag" } : {}),
    };
  }),
  {
    name: "a log that is a dangling link",
    services: one({ run: FOREVER, files: { log: { link: "nowhere" } } }),
    steps: [supervise(), until("run"), record(), ...finale()],
  },
  {
    name: "a log that links to itself",
    services: one({ run: FOREVER, files: { log: { link: "log" } } }),
    steps: [supervise(), until("run"), record(), ...finale()],
  },
  {
    name: "a log without log/run",
    services: one({ run: FOREVER, log: {} }),
    steps: [
      supervise(),
      until("run"),
      said("unable to start log", 2),
      record(),
      ...finaleRepeating(),
    ],
  },
  {
    name: "a log that is killed",
    services: one({ run: FOREVER, log: { run: STARTS } }),
    steps: [
      supervise(),
      until("run"),
      lines(1, "service/log"),
      ripen("service/log"),
      killService("SIGKILL", "service/log"),
      lines(2, "service/log"),
      until("run", "service/log"),
      record(),
      record("service/log"),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ],
  },
];

// ------------------------------------------------------------- what cannot be supervised

const spoiltState = (
  what: string,
  files: NonNullable<Description["files"]>,
  differs?: DifferenceKey,
): Scenario => ({
  name: what,
  services: one({ run: STARTS, files, log: { run: FOREVER } }),
  steps: [runsv("service"), trace(), list("service/supervise")],
  ...(differs === undefined ? {} : { differs }),
});
/** A service that runs all the same, with a warning. */
const warned = (
  what: string,
  files: NonNullable<Description["files"]>,
  differs?: DifferenceKey,
): Scenario => ({
  name: what,
  services: one({ run: STARTS, files }),
  steps: [
    supervise(),
    linesUnrecorded(1),
    rest,
    record(),
    control("d"),
    rest,
    record(),
    ...finaleRepeating(),
  ],
  ...(differs === undefined ? {} : { differs }),
});
/** A file in a place where ours takes only a FIFO. */
const refusedOrStarted = (
  what: string,
  spoiltBy: Description,
  differs: DifferenceKey,
): Scenario => ({
  name: what,
  services: one({ run: FOREVER, ...spoiltBy, log: { run: FOREVER, ...spoiltBy.log } }),
  steps: [startOrRefusal],
  differs,
});
const startOrRefusal: Step = async (stage) => {
  const service = stage.service("service");
  const runsv = stage.supervise("service");
  const isOver = () => runsv.stderr() !== "" || service.stat() === "run";
  await service.untilTrue("start or refusal", isOver);
  stage.say(runsv.stderr());
};
const DIRECTORY = { directory: true } as const;
const spoilt: readonly Scenario[] = [
  { name: "runsv's usage", services: {}, steps: [runsv(), runsv("a", "b"), runsv("a", "b", "c")] },
  {
    name: "what is no directory",
    services: {},
    steps: [
      runsv("nowhere"),
      runsv("-x"),
      runsv("--"),
      runsv(""),
      write("file"),
      runsv("file"),
      link("loop", "loop"),
      runsv("loop"),
      runsv("n".repeat(256)),
      runsv("a/".repeat(2100)),
    ],
  },
  {
    name: "supervise is a file",
    services: one({ run: STARTS, files: { supervise: "" } }),
    steps: [runsv("service"), trace()],
  },
  {
    name: "log/supervise is a file",
    services: one({ run: STARTS, log: { run: FOREVER, files: { supervise: "" } } }),
    steps: [runsv("service"), trace()],
  },
  spoiltState("supervise/control is a file", { "supervise/control": "" }),
  spoiltState("supervise/control is a directory", { "supervise/control": DIRECTORY }),
  spoiltState(
    "supervise/control is a dangling link",
    { "supervise/control": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState("supervise/lock is a directory", { "supervise/lock": DIRECTORY }),
  spoiltState("log/supervise/lock is a directory", { "log/supervise/lock": DIRECTORY }),
  spoiltState(
    "supervise/ok is a dangling link",
    { "supervise/ok": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState(
    "log/supervise/ok is a dangling link",
    { "log/supervise/ok": { link: "nowhere" } },
    "own-files",
  ),
  spoiltState(
    "log/supervise/control is a dangling link",
    { "log/supervise/control": { link: "nowhere" } },
    "log-control-not-fifo",
  ),
  {
    name: "supervise is a link in a circle",
    services: one({ run: STARTS, files: { supervise: { link: "supervise" } } }),
    steps: [runsv("service")],
  },
  {
    name: "supervise links to a place without parent",
    services: one({ run: STARTS, files: { supervise: { link: "no/where" } } }),
    steps: [runsv("service")],
  },
  {
    name: "supervise links to a name of 256 bytes",
    services: one({ run: STARTS, files: { supervise: { link: `./${"/".repeat(249)}state` } } }),
    steps: [runsv("service")],
  },
  {
    name: "log/supervise links to a name of 256 bytes",
    services: one({
      run: STARTS,
      log: { run: FOREVER, files: { supervise: { link: `./${"/".repeat(249)}state` } } },
    }),
    steps: [runsv("service")],
  },
  {
    name: "supervise links to a name of 255 bytes",
    services: one({ run: STARTS, files: { supervise: { link: `./${"/".repeat(248)}state` } } }),
    steps: [supervise(), lines(1), list("service/state"), ...finale()],
  },
  {
    name: "what scripts are given",
    services: one({
      run: `${FACTS}; ${SIGNAL_FACTS}; ${FOREVER}`,
      finish: `${FACTS}; ${SIGNAL_FACTS}; echo done >>trace`,
      control: { h: `${FACTS}; echo done >>trace` },
      log: { run: `${FACTS}; ${SIGNAL_FACTS}; exec cat >/dev/null` },
    }),
    steps: [
      supervise(),
      until("run"),
      until("run", "service/log"),
      rest,
      trace(),
      trace("service/log"),
      control("h"),
      rest,
      ripen(),
      control("d"),
      rest,
      ...finale(),
    ],
  },
  {
    name: "./down is a dangling link",
    services: one({ run: STARTS, files: { down: { link: "nowhere" } } }),
    steps: [supervise(), lines(1), record(), sv("status", "service"), ...finale()],
  },
  {
    name: "./down is a directory",
    services: one({ run: STARTS, files: { down: DIRECTORY } }),
    steps: [supervise(), until("down"), rest, record(), sv("status", "service"), ...finale()],
  },
  {
    name: "./down is a link in a circle",
    services: one({ run: STARTS, files: { down: { link: "down" } } }),
    steps: [
      supervise(),
      lines(1),
      record(),
      sv("status", "service"),
      sv("start", "service"),
      svAs("service", "status"),
      ...finale(),
    ],
  },
  {
    name: "another runsv, after the end of the first: modes and files stay",
    services: one({ run: STARTS, log: { run: "exec cat >/dev/null" } }),
    steps: [
      supervise(),
      lines(1),
      until("run", "service/log"),
      killSupervisor("SIGTERM"),
      ended(),
      setMode("service/supervise", 0o711),
      setMode("service/supervise/ok", 0o622),
      setMode("service/supervise/control", 0o660),
      setMode("service/supervise/lock", 0o640),
      setMode("service/supervise/status", 0o600),
      write("service/supervise/foreign", "", 0o600),
      write("service/down", "", 0o644),
      supervise(),
      until("down"),
      until("run", "service/log"),
      record(),
      list("service/supervise"),
      list("service"),
      control("u"),
      lines(2),
      record(),
      list("service/supervise"),
      ...finale(),
    ],
  },
  {
    name: "a thousand bytes at once",
    services: one({ run: STARTS, finish: FINISH }),
    steps: [
      supervise(),
      lines(1),
      ripen(),
      control(`${"u\n".repeat(499)}d`),
      until("down"),
      record(),
      trace(),
      ...finale(),
    ],
  },
  {
    name: "supervise is a dangling link",
    services: one({
      run: FOREVER,
      log: { run: FOREVER, files: { supervise: { link: "foo" } } },
      files: { supervise: { link: "bar" } },
    }),
    steps: [
      supervise(),
      until("run"),
      until("run", "service/log"),
      list("service"),
      list("service/bar"),
      list("service/log/foo"),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ],
  },
  warned("supervise/stat is a directory", { "supervise/stat": DIRECTORY }),
  warned("supervise/status.new is a directory", { "supervise/status.new": DIRECTORY }),
  warned(
    "supervise/stat.new is a directory",
    { "supervise/stat.new": DIRECTORY },
    "status-despite-pid",
  ),
  warned(
    "supervise/pid.new is a directory",
    { "supervise/pid.new": DIRECTORY },
    "status-despite-pid",
  ),
  {
    name: "supervise/stat.new is left by a crash",
    services: one({
      run: STARTS,
      down: true,
      files: { "supervise/stat.new": { text: "left", mode: 0o600 } },
    }),
    steps: [supervise(), until("down"), list("service/supervise"), ...finale()],
    differs: "state-links",
  },
  refusedOrStarted("supervise/ok is a file", { files: { "supervise/ok": "" } }, "own-files"),
  refusedOrStarted(
    "log/supervise/ok is a file",
    { log: { files: { "supervise/ok": "" } } },
    "own-files",
  ),
  {
    name: "a second runsv",
    services: one({ run: STARTS, log: { run: FOREVER } }),
    steps: [
      supervise(),
      lines(1),
      until("run", "service/log"),
      runsv("service"),
      record(),
      killSupervisor("SIGTERM"),
      until("run, want exit", "service/log"),
      control("k", "service/log"),
      ended(),
    ],
  },
  refusedOrStarted(
    "log/supervise/control is a file",
    { log: { files: { "supervise/control": "" } } },
    "log-control-not-fifo",
  ),
  {
    name: "the service directory is removed",
    services: one({ run: FOREVER }),
    steps: [
      supervise(),
      until("run"),
      remove("service"),
      killSupervisor("SIGTERM"),
      async (stage) => {
        const { code } = await stage.supervisor("service").exit();
        stage.say(`ended with ${code}`);
      },
    ],
  },
  {
    name: "./run is mended",
    services: one({}),
    steps: [
      supervise(),
      said("unable to start ./run", 2),
      write("service/run", `#!/bin/sh\n${STARTS}\n`),
      lines(1),
      until("run"),
      record(),
      ...finaleRepeating(),
    ],
  },
  {
    name: "./down appears and goes while runsv runs",
    services: one({ run: STARTS }),
    steps: [
      supervise(),
      lines(1),
      ripen(),
      write("service/down"),
      control("t"),
      lines(2),
      record(),
      sv("status", "service"),
      remove("service/down"),
      sv("status", "service"),
      ...finale(),
    ],
  },
  {
    name: "a service that ends at once",
    services: one({ run: "echo start >>trace", finish: FINISH }),
    steps: [
      supervise(),
      lines(6),
      until("down"),
      control("d"),
      wanted("down"),
      until("down"), // the original may have started it once more
      record(),
      killSupervisor("SIGTERM"),
      ended(),
      record(),
    ],
  },
  {
    name: "told 'x' while it rests",
    services: one({ run: "echo start >>trace" }),
    steps: [supervise(), lines(1), until("down"), control("x"), ended(), record(), trace()],
  },
  ...["o", "t", "k", "h", "c", "?"].map(
    (byte): Scenario => ({
      name: `'${byte}' while it rests`,
      services: one({ run: "echo start >>trace; exit 1", finish: FINISH }),
      steps: [
        supervise(),
        resting(),
        control(byte),
        lines(4),
        ...(byte === "o" ? [rest, until("down")] : []),
        ...finaleRepeating(),
      ],
    }),
  ),
];

// ------------------------------------------------------------- signals to runsv

const signals: readonly Scenario[] = [
  ...(["up", "down", "paused", "once", "finish"] as const).map(
    (state): Scenario => ({
      name: `TERM to runsv when ${state}`,
      services: one(STATES[state]?.service ?? {}),
      steps: [supervise(), ...(STATES[state]?.reach ?? []), record(), ...finale()],
    }),
  ),
  ...(["SIGINT", "SIGHUP"] as const).map(
    (signal): Scenario => ({
      name: `${signal} to runsv`,
      services: one({ run: REPORTER }),
      steps: [supervise(), lines(1), killSupervisor(signal), ended(), record(), trace()],
      differs: "signals-end-service",
    }),
  ),
  ...(["SIGQUIT", "SIGUSR1", "SIGALRM", "SIGKILL"] as const).map(
    (signal): Scenario => ({
      name: `${signal} to runsv`,
      services: one({ run: REPORTER }),
      steps: [supervise(), lines(1), killSupervisor(signal), ended(), record(), trace()],
    }),
  ),
  {
    name: "SIGUSR2 to runsv",
    services: one({ run: REPORTER }),
    steps: [
      supervise(),
      lines(1),
      killSupervisor("SIGUSR2"),
      rest,
      killSupervisor("SIGTERM"),
      ended(),
      record(),
      trace(),
    ],
    differs: "upgrade",
  },
  {
    name: "SIGPIPE to runsv",
    services: one({ run: REPORTER }),
    steps: [
      supervise(),
      lines(1),
      killSupervisor("SIGPIPE"),
      rest,
      killSupervisor("SIGTERM"),
      ended(),
      record(),
      trace(),
    ],
    differs: "sigpipe",
  },
  {
    name: "twenty signals to runsv, TERM among them",
    services: one({ run: REPORTER, finish: FINISH }),
    steps: [
      supervise(),
      lines(1),
      repeat(10, killSupervisor("SIGCHLD")),
      killSupervisor("SIGTERM"),
      repeat(10, killSupervisor("SIGCHLD")),
      ended(),
      record(),
      trace(),
    ],
  },
];

// ------------------------------------------------------------- daemontools' clients

const clients: readonly Scenario[] = [
  {
    name: "daemontools' svstat, svok and svc",
    services: one({ run: REPORTER, finish: FINISH }),
    steps: [
      other("svok", "service"),
      supervise(),
      lines(1),
      ripen(),
      other("svok", "service"),
      other("svstat", "service"),
      other("svc", "-h", "service"),
      lines(2),
      other("svc", "-p", "service"),
      until("run, paused"),
      other("svstat", "service"),
      other("svc", "-c", "service"),
      until("run"),
      other("svc", "-t", "service"),
      lines(5),
      until("run"),
      ripen(),
      other("svstat", "service"),
      other("svc", "-d", "service"),
      until("down"),
      other("svstat", "service"),
      other("svc", "-o", "service"),
      until("run, want down"),
      other("svstat", "service"),
      lines(8),
      other("svc", "-k", "service"),
      until("down"),
      other("svc", "-u", "service"),
      until("run"),
      lines(10),
      record(),
      other("svc", "-dx", "service"),
      ended(),
      other("svok", "service"),
      other("svstat", "service"),
      trace(),
    ],
  },
];

export const RUNSV: readonly Scenario[] = [
  ...eachCommand,
  ...sequences,
  ...KILLED,
  ...finishes,
  ...scripts,
  ...logs,
  ...spoilt,
  ...signals,
  ...clients,
];

// ------------------------------------------------------------- runsvdir

const WEB = { "services/web": { run: REPORTER, finish: FINISH } };
const AREA = `log: ${".".repeat(40)}`;
const webIsUp = [lines(1, "services/web"), until("run", "services/web")];
/** Ends the scanner and its services, and writes down what both said. */
const scannerEnds: readonly Step[] = [
  killSupervisor("SIGHUP", "services"),
  ended("services"),
  until("down", "services/web"),
  lines(3, "services/web"),
  record("services/web"),
  trace("services/web"),
];

export const RUNSVDIR: readonly Scenario[] = [
  {
    name: "runsvdir's usage",
    services: {},
    steps: [runsvdir(), runsvdir("-P"), runsvdir("--")],
  },
  {
    name: "letters behind -P",
    services: {},
    steps: [runsvdir("-Pxyz")],
    differs: "scan-options",
  },
  {
    name: "an option that runsvdir does not know",
    services: {},
    // The original takes it for a directory, and stays.
    steps: [
      async (stage) => {
        const scanner = stage.scan("-x", [], []);
        const isOver = () => scanner.stderr() !== "" || !isAlive(scanner.pid);
        await stage.service("-x").untilTrue("message", isOver);
        stage.say(scanner.stderr());
      },
    ],
    differs: "scan-options",
  },
  ...[[], ["-P"], ["--"]].map(
    (words): Scenario => ({
      name: `HUP to runsvdir ${words.join(" ")}`,
      services: WEB,
      steps: [scan(words), ...webIsUp, kin("services/web"), record("services/web"), ...scannerEnds],
    }),
  ),
  {
    name: "a service is linked, and its link removed",
    services: { ...WEB, "made/api": { run: REPORTER, finish: FINISH } },
    steps: [
      scan(),
      ...webIsUp,
      link("../made/api", "services/api"),
      lines(1, "services/api"),
      kin("services/api"),
      sv("status", "services/api"),
      remove("services/api"),
      until("down", "made/api"),
      lines(3, "made/api"),
      trace("made/api"),
      ...scannerEnds,
    ],
  },
  {
    name: "a service is renamed",
    services: WEB,
    steps: [
      scan(),
      ...webIsUp,
      rename("services/web", "services/site"),
      killSupervisor("SIGALRM", "services"),
      label("services/.forced-rescan"),
      rest,
      kin("services/site"),
      trace("services/site"),
      rename("services/site", "services/web"),
      ...scannerEnds,
    ],
  },
  {
    name: "a runsv is told to exit, and started again",
    services: WEB,
    steps: [
      scan(),
      ...webIsUp,
      control("x", "services/web"),
      lines(4, "services/web"),
      kin("services/web"),
      trace("services/web"),
      killSupervisor("SIGHUP", "services"),
      ended("services"),
      until("down", "services/web"),
    ],
  },
  {
    name: "the directory is a link that is switched",
    services: {
      "one/web": { run: REPORTER, finish: FINISH },
      "two/web": { run: REPORTER, finish: FINISH },
    },
    steps: [
      link("one", "services"),
      scan(["-P"]),
      ...webIsUp,
      relink("two", "services"),
      until("down", "one/web"),
      lines(3, "one/web"),
      lines(1, "services/web"),
      kin("services/web"),
      trace("one/web"),
      trace("two/web"),
      killSupervisor("SIGHUP", "services"),
      ended("services"),
      until("down", "two/web"),
    ],
  },
  {
    name: "a link that leads nowhere",
    services: WEB,
    steps: [
      link("nowhere", "services/lost"),
      scan(),
      ...webIsUp,
      said("unable to stat lost", 1, "services"),
      killSupervisor("SIGTERM", "services"),
      endedRepeating("services"),
    ],
  },
  {
    name: "a file for the directory",
    services: {},
    steps: [
      write("services"),
      scan(),
      said("services: ", 1, "services"),
      killSupervisor("SIGTERM", "services"),
      endedRepeating("services"),
    ],
  },
  {
    name: "a directory for .forced-rescan",
    services: { ...WEB, "services/.forced-rescan": {} },
    steps: [
      scan(),
      ...webIsUp,
      killSupervisor("SIGALRM", "services"),
      said(".forced-rescan", 1, "services"),
      killSupervisor("SIGTERM", "services"),
      endedRepeating("services"),
    ],
    differs: "rescan-message",
  },
  {
    name: "TERM to runsvdir",
    services: WEB,
    steps: [
      scan(),
      ...webIsUp,
      killSupervisor("SIGTERM", "services"),
      ended("services"),
      rest,
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
        rest,
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
  {
    name: "what is no service",
    services: { ...WEB, "services/.hidden": { run: FOREVER } },
    steps: [
      write("services/file"),
      link("web", "services/zzz-same"),
      scan(),
      ...webIsUp,
      rest,
      list("services/.hidden"),
      list("services"),
      ...scannerEnds,
    ],
  },
  {
    name: "a message area",
    services: {
      "services/web": { run: `printf 'line 1\nline 2\n' >&2; ${REPORTER}`, finish: FINISH },
    },
    steps: [scan(["-P"], [AREA]), ...webIsUp, messageArea("line 2\n"), ...scannerEnds],
  },
  {
    name: "a message area, and words behind it",
    services: { "services/web": { run: REPORTER, finish: FINISH } },
    steps: [scan([], ["log: x", "more", AREA]), ...webIsUp, ...scannerEnds],
  },
  {
    name: "a message area that is too short",
    services: WEB,
    steps: [scan([], ["log: x"]), ...webIsUp, ...scannerEnds],
  },
  {
    name: "a message area of seven characters",
    services: { "services/web": { run: `printf abc >&2; ${REPORTER}`, finish: FINISH } },
    steps: [scan([], ["1234567"]), ...webIsUp, messageArea("bc"), ...scannerEnds],
  },
  {
    name: "no directory, and then one",
    services: { "other/web": { run: REPORTER, finish: FINISH } },
    steps: [
      scan(),
      said("unable to stat services", 1, "services"),
      link("other", "services"),
      ...webIsUp,
      killSupervisor("SIGHUP", "services"),
      endedRepeating("services"),
    ],
  },
];

// ------------------------------------------------------------- sv: each command in each state

const SHORT = [
  "up",
  "down",
  "once",
  "pause",
  "cont",
  "hup",
  "alarm",
  "interrupt",
  "quit",
  "1",
  "2",
  "term",
  "kill",
  "exit",
];
const LONG = [
  "start",
  "stop",
  "shutdown",
  "reload",
  "restart",
  "try-restart",
  "force-stop",
  "force-reload",
  "force-restart",
  "force-shutdown",
  "check",
  "status",
];
const LETTERS = [
  "u",
  "d",
  "o",
  "p",
  "c",
  "h",
  "a",
  "i",
  "q",
  "t",
  "k",
  "x",
  "e",
  "X",
  "E",
  "D",
  "T",
  "s",
];

const svIn = (state: string, words: readonly string[]): Scenario => ({
  name: `sv ${words.join(" ")} service, when ${state}`,
  services: one(STATES[state]?.service ?? {}),
  steps: [
    supervise(),
    ...(STATES[state]?.reach ?? []),
    nextSecond(),
    sv(...words, "service"),
    rest,
    record(),
    trace(),
    sv("status", "service"),
    ...finale(),
  ],
});

const eachWord: readonly Scenario[] = [
  ...[...SHORT, ...LONG].map((word) => svIn("up", [word])),
  ...[...SHORT, ...LONG].map((word) => svIn("down", [word])),
  ...SHORT.map((word) => svIn("up", ["-v", word])),
];

const WAITING = [
  "start",
  "stop",
  "restart",
  "try-restart",
  "force-stop",
  "force-reload",
  "force-restart",
  "shutdown",
  "force-shutdown",
  "check",
];
const stubborn = (words: readonly string[]): Scenario => ({
  name: `sv -w1 ${words.join(" ")} service, when it heeds no TERM`,
  services: one({ run: STUBBORN }),
  steps: [
    supervise(),
    lines(1),
    ripen(),
    nextSecond(),
    sv("-w1", ...words, "service"),
    rest,
    record(),
    ...finaleKilling(),
  ],
});
const SV_DIFFERS: Differs = {
  "sv -w1 X service, when it heeds no TERM": "kill-down",
  "sv -w1 E service, when it heeds no TERM": "kill-down",
  "sv -w1 force-shutdown service, when it heeds no TERM": "kill-down",
  "sv -v pause service, when down": "pause-flag",
  "sv pause service, when down": "pause-flag",
};
const failing: Readonly<Record<string, DifferenceKey | undefined>> = {
  status: undefined,
  start: "sv-start-failure",
  up: "sv-start-failure",
};

const svScenarios: readonly Scenario[] = [
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
    ([word, differs]): Scenario => ({
      name: `sv -w1 ${word} service, when there is no ./run`,
      services: one({}),
      steps: [
        supervise(),
        said("unable to start", 1),
        resting(),
        sv("-w1", word, "service"),
        ...finaleRepeating(),
      ],
      ...(differs === undefined ? {} : { differs }),
    }),
  ),
  {
    name: "sv -w1 check service, when ./run fails at once",
    services: one({ run: "exit 1" }),
    steps: [supervise(), resting(), sv("-w1", "check", "service"), ...finaleRepeating()],
    differs: "sv-check-state",
  },
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
    ["zap", "service"],
    ["rest", "service"],
    ["reboot", "service"],
    ["force", "service"],
    ["", "service"],
    ["Status", "service"],
    ["-", "service"],
    ["--", "status"],
    ["-vz", "status", "service"],
    ["-vw"],
  ].map(
    (words): Scenario => ({
      name: `usage: sv ${words.join(" ")}`,
      services: one({}),
      steps: [sv(...words)],
    }),
  ),
  { name: "sv --help", services: {}, steps: [sv("--help")], differs: "sv-help" },
  {
    name: "long options of sv",
    services: one({ run: STARTS, down: true }),
    steps: [
      supervise(),
      sv("--json"),
      sv("--status", "service"),
      sv("--all", "status", "service"),
      sv("--", "status", "service"),
      ...finale(),
    ],
    differs: "sv-long-options",
  },
  { name: "sv -V", services: {}, steps: [sv("-V")], differs: "version" },
  {
    name: "options of sv",
    services: one({ run: STARTS, down: true }),
    steps: [
      supervise(),
      ...[["-v"], ["-w1"], ["-w", "1"], ["-vw1"], ["-v", "-w", "0"], ["--"]].map((options) =>
        sv(...options, "status", "service"),
      ),
      sv("-v", "up", "service"),
      sv("-w1", "down", "service"),
      svWith({ SVWAIT: "1" }, "-v", "down", "service"),
      ...finale(),
    ],
  },
  {
    name: "times to wait that are no numbers",
    services: one({ run: STARTS, down: true }),
    steps: [
      supervise(),
      sv("-w0x", "status", "service"),
      sv("-wx", "status", "service"),
      sv("-w1x", "up", "service"),
      svWith({ SVWAIT: "x" }, "status", "service"),
      ...finale(),
    ],
    differs: "sv-wait-number",
  },
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
      ...finale(),
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
      ...finale(),
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
      ...["a", "c"].flatMap((name) => finale(name)),
    ],
  },
  {
    name: "the down file, and flags against it",
    services: one({ run: STUBBORN, down: true }),
    steps: [
      supervise(),
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
      ...finale(),
    ],
  },
  {
    name: "a service with a log",
    services: one({ run: FOREVER, log: { run: FOREVER } }),
    steps: [
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
    ],
  },
  {
    name: "/etc/init.d/service status of what is down, with a log that runs",
    services: one({ run: FOREVER, down: true, log: { run: FOREVER } }),
    steps: [supervise(), until("run", "service/log"), svAs("service", "status")],
    differs: "sv-lsb-status",
  },
  {
    name: "/etc/init.d/service status of what is not running",
    services: { left: { run: FOREVER } },
    steps: [
      supervise("left"),
      until("run", "left"),
      killSupervisor("SIGTERM", "left"),
      ended("left"),
      svAs("left", "status"),
      svAs("nowhere", "status"),
    ],
    differs: "sv-lsb-status",
  },
  {
    name: "a log that is not supervised",
    services: one({ run: STARTS }),
    steps: [
      supervise(),
      lines(1),
      makeDirectory("service/log"),
      sv("status", "service"),
      ...finale(),
    ],
    differs: "sv-log-status",
  },
  {
    name: "a log that is a file",
    services: one({ run: STARTS, files: { log: "" } }),
    steps: [supervise(), lines(1), sv("status", "service"), ...finale()],
  },
  {
    name: "./check is content",
    services: one({ run: STARTS, down: true, check: "echo check >>checks; exit 0" }),
    steps: [
      supervise(),
      sv("check", "service"),
      sv("start", "service"),
      sv("check", "service"),
      nextSecond(),
      sv("restart", "service"),
      ...finale(),
    ],
  },
  {
    name: "./check is not content",
    services: one({ run: STARTS, down: true, check: "exit 1" }),
    steps: [
      supervise(),
      sv("-w1", "start", "service"),
      sv("-w1", "check", "service"),
      sv("-w0", "try-restart", "service"),
      sv("stop", "service"),
      sv("check", "service"),
      ...finale(),
    ],
  },
  {
    name: "./check is a link in a circle",
    services: one({ run: STARTS, check: { link: "check" } }),
    steps: [supervise(), lines(1), sv("-w0", "check", "service"), ...finale()],
    differs: "sv-check-async", // the original warns each time that it looks
  },
  {
    name: "./check is a directory",
    services: one({ run: STARTS, check: DIRECTORY }),
    steps: [supervise(), lines(1), sv("-w1", "check", "service"), ...finale()],
    differs: "sv-check-verdict",
  },
  {
    name: "runsv vanishes while sv waits",
    services: one({
      run: STARTS,
      check: "read _ _ _ runsv _ </proc/$(cat supervise/pid)/stat; kill -KILL $runsv; exit 1",
    }),
    steps: [supervise(), lines(1), sv("start", "service"), sv("status", "service"), ended()],
  },
  {
    name: "a log that links to itself",
    services: one({ run: STARTS, files: { log: { link: "log" } } }),
    steps: [
      supervise(),
      lines(1),
      sv("status", "service"),
      sv("status", "service/log"),
      svAs("service", "status"),
      ...finale(),
    ],
  },
  {
    name: "several services are waited for",
    services: { a: { run: STARTS }, b: { run: STUBBORN }, c: { run: STARTS, down: true } },
    steps: [
      ...["a", "b", "c"].map((name) => supervise(name)),
      lines(1, "a"),
      lines(1, "b"),
      ripen("b"),
      nextSecond("a"),
      sv("-w1", "stop", "b", "a", "c", "b"),
      sv("start", "c"),
      sv("-w1", "force-stop", "b", "a"),
      ...["a", "b"].flatMap((name) => [until("down", name), ...finale(name)]),
      ...finale("c"),
    ],
  },
  {
    name: "a record with a state that is none",
    services: one({ run: STARTS }),
    steps: [
      supervise(),
      lines(1),
      write("service/supervise/status", "01234567890123456789"),
      sv("status", "service"),
    ],
    differs: "sv-status-format",
  },
  {
    name: "./check becomes content",
    services: one({ run: STARTS, down: true, check: "test -e ready || { echo >ready; exit 1; }" }),
    steps: [supervise(), sv("start", "service"), ...finale()],
  },
  {
    name: "./check is a dangling link",
    services: one({ run: STARTS, check: { link: "nowhere" } }),
    steps: [supervise(), lines(1), sv("check", "service"), ...finale()],
  },
  {
    name: "./check is killed",
    services: one({ run: STARTS, check: "kill -KILL $$" }),
    steps: [supervise(), lines(1), sv("-w1", "check", "service"), ...finale()],
    differs: "sv-check-verdict",
  },
  {
    name: "./check cannot be executed",
    services: one({ run: STARTS, check: { text: "#!/bin/sh\n", mode: 0o644 } }),
    steps: [supervise(), lines(1), sv("-w1", "check", "service"), ...finale()],
    differs: "sv-check-verdict",
  },
  {
    name: "a slash behind the name, while waiting",
    services: one({ run: STARTS, down: true }),
    steps: [supervise(), svWith({ SVDIR: "/nowhere" }, "-w1", "start", "service/"), ...finale()],
    differs: "sv-trailing-slash",
  },
  {
    name: "records that cannot be read",
    services: one({ run: STARTS }),
    steps: [
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
    ],
  },
  {
    name: "a control fifo that cannot be written",
    services: one({ run: STARTS }),
    steps: [
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
    ],
  },
  {
    name: "a record that is too long",
    services: one({ run: STARTS }),
    steps: [
      supervise(),
      lines(1),
      write("service/supervise/status", "0123456789012345678901234567890"),
      sv("status", "service"),
    ],
    differs: "sv-status-format",
  },
  ...[...SHORT, ...LONG, "zap", "s", "st", "x", ""].map(
    (word): Scenario => ({
      name: `/etc/init.d/service ${word}`,
      services: one({ run: REPORTER, finish: FINISH }),
      steps: [
        supervise(),
        lines(1),
        ripen(),
        nextSecond(),
        svAs("service", word),
        rest,
        record(),
        trace(),
        ...finale(),
      ],
    }),
  ),
  {
    name: "/etc/init.d/service status of what is down or was never supervised",
    services: { down: { run: FOREVER, down: true }, bare: {} },
    steps: [
      supervise("down"),
      svAs("down", "status"),
      svAs("bare", "status"),
      svAs("nothing"),
      svAs("option", "-z", "status"),
      svAs("bare-too", "-w0", "up"),
      ...finale("down"),
    ],
  },
];
export const SV: readonly Scenario[] = svScenarios.map((scenario) => ({
  ...scenario,
  ...meant(SV_DIFFERS, scenario.name),
}));

export const ALL: readonly Scenario[] = [...RUNSV, ...RUNSVDIR, ...SV];
