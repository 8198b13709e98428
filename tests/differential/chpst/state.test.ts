/** chpst leaves a program in the state in which the original leaves it. */
import { variables } from "./cases.ts";
import { type Case, compare, portrait } from "./compare.ts";

const SLEEP = ["sleep", "1000"];

const STARTS: Readonly<Record<string, readonly string[]>> = {
  "as it comes": [],
  "with HUP, QUIT and USR1 ignored": ["sh", "-c", "trap '' HUP QUIT USR1; exec \"$@\"", "sh"],
  "with PIPE and CHLD ignored": ["sh", "-c", "trap '' PIPE CHLD; exec \"$@\"", "sh"],
  "with INT and USR2 blocked": [
    "perl",
    "-e",
    "use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGINT, SIGUSR2)) or die; exec @ARGV or die",
  ],
  "with limits, umask and priority of its own": [
    "sh",
    "-c",
    'umask 027; ulimit -c 0; ulimit -Sn 512; ulimit -s 4096; exec nice -n 5 "$@"',
    "sh",
  ],
  "with descriptors of its own": [
    "sh",
    "-c",
    'exec 5</dev/null 7>/dev/zero 9<>/dev/full; exec "$@"',
    "sh",
  ],
  "with standard input closed": ["sh", "-c", 'exec 0<&-; exec "$@"', "sh"],
  "with all three closed": ["sh", "-c", 'exec 0<&- 1>&- 2>&-; exec "$@"', "sh"],
  "with an environment of its own": [
    "env",
    "-i",
    "B=2",
    "A=1",
    "EMPTY=",
    "=x",
    "PATH=/usr/bin:/bin",
    "SP=a  b",
  ],
};

const CHANGES: readonly string[] = [
  "",
  "-v",
  "-P",
  "-0",
  "-1",
  "-2",
  "-012",
  "-u nobody",
  "-u daemon:bin:root",
  "-u :12:34:56",
  "-U nobody",
  "-e BOX/env",
  "-n 3",
  "-n -3",
  "-l BOX/lock",
  "-o 64",
  "-m 3000000000",
  "-c 5 -t 99 -p 4000",
  "-/ /",
  "-b other",
  "-P -u nobody -U daemon -e BOX/env -n 2 -l /dev/null -0 -m 3000000000 -o 99 -b all",
];

const states: Case[] = Object.entries(STARTS).flatMap(([how, via]) =>
  CHANGES.map((change) => {
    const one: Case = {
      words: [...change.split(" ").filter(Boolean), ...SLEEP],
      via,
      prepare: variables({ A: "new", FRESH: "fresh", EMPTY: "" }),
      title: `${change || "nothing"}, ${how}`,
    };
    // A standard descriptor that is closed: see the table.
    const closed =
      how === "with all three closed" ? "012" : how === "with standard input closed" ? "0" : "";
    if (closed !== "" && change.includes("-l")) return { ...one, differs: "chpst-lock-descriptor" };
    const closes = [...closed].some((fd) =>
      ["-0", "-1", "-2", "-012"].some((c) => change.split(" ").includes(c) && c.includes(fd)),
    );
    return closes ? { ...one, differs: "chpst-closed" } : one;
  }),
);

states.push(
  ...[
    "setuidgid nobody",
    "envuidgid nobody",
    "envdir BOX/env",
    "pgrphack",
    "softlimit -o 50 -s 4000000",
  ].map((line) => {
    const [name = "", ...words] = line.split(" ");
    return {
      name,
      words: [...words, ...SLEEP],
      prepare: variables({ A: "new" }),
      title: `the state after ${line}`,
    };
  }),
  { name: "setlock", words: ["BOX/lock", ...SLEEP], title: "the state after setlock" },
);

compare("a program is left in the state that the original leaves it in", portrait, states);
