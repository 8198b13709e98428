/** chpst sets limits, priority and session as the original does. */
import { lower, ULIMIT, variables } from "./cases.ts";
import { type Case, compare, NOBODY, outcome } from "./compare.ts";

const limitLines = [
  "-d 500000000",
  "-d 500000000 -d 400000000",
  "-m 3000000000",
  "-m 3000000000 -d 2000000000",
  "-d 2000000000 -m 3000000000",
  "-o 64",
  "-o 64 -o 32",
  "-p 4000",
  "-f 1000000",
  "-c 0",
  "-c 1000",
  "-r 1000000",
  "-t 100",
  "-o 99999999",
  "-o 9223372036854775807",
  "-o 9223372036854775808",
  "-o 64 -p 4000 -f 1000000 -c 0 -r 5 -t 9 -d 600000000",
  "-c ''",
  "-c 007",
  "-f 18446744073709551615",
];

const SESSION = [
  "perl",
  "-e",
  "open F, '/proc/self/stat'; my @f = split / /, <F>; print 'group ', $f[4] == $$, ' session ', $f[5] == $$",
];

const AS_CHILD = ["sh", "-c", '"$@"; exit $?', "sh"];

const limitCases: Case[] = [
  ...limitLines.map((line) => ({
    words: [...line.split(" ").map((word) => (word === "''" ? "" : word)), ...ULIMIT],
    unprivileged: true,
  })),
  ...["-o 50", "-o 100", "-o 101", "-o 5000", "-c 0", "-c 99999", "-f 0", "-t 51", "-t 49"].map(
    (line) => ({
      words: [...line.split(" "), ...ULIMIT],
      via: lower,
      unprivileged: true,
      title: `under lower limits: ${line}`,
    }),
  ),
  ...[
    "-o 18446744073709551621",
    "-t 18446744073709551616",
    "-c 9223372036854775807",
    "-c 9223372036854775808",
  ].map((line) => ({
    words: [...line.split(" "), ...ULIMIT],
    unprivileged: true,
    differs: "chpst-numbers",
  })),
  {
    words: ["-v", "-o", "101", "true"],
    via: lower,
    unprivileged: true,
    differs: "chpst-limit-warning",
  },
  // Too little to run on: the program is killed, or complains, as the system has it.
  ...[
    "-m 0",
    "-m 1000",
    "-m 100000",
    "-m 1000000",
    "-d 0",
    "-o 0",
    "-o 3",
    "-p 0",
    "-f 0",
    "-m 0 -o 0 -f 0 -c 0",
  ].map((line) => ({
    words: [...line.split(" "), "/bin/true"],
    unprivileged: true,
  })),
  ...["-m 0", "-m 1000", "-m 1000000", "-d 0", "-o 0", "-m 0 -o 0"].map((line) => ({
    words: [...line.split(" "), "nosuch"],
    unprivileged: true,
  })),
  ...["-m 0", "-d 0"].map((line) => ({
    words: [...line.split(" "), "-e", "BOX/env", "nosuch"],
    prepare: variables(
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`V${i}`, "v".repeat(500)])),
    ),
    unprivileged: true,
    title: `${line}, with an environment of 100 KB`,
  })),
  ...["0", "5", "+5", "-5", "19", "20", "100", "-20", "-100", "+", "-", "''", "007"].map(
    (text) => ({
      words: ["-n", text === "''" ? "" : text, "nice"],
    }),
  ),
  { words: ["-n", "5", "-n", "3", "nice"] },
  { words: ["-n", "5", "nice"], via: ["nice", "-n", "7"] },
  { words: ["-n", "-5", "nice"], via: ["nice", "-n", "7"] },
  { words: ["-n", "-5", "nice"], uid: NOBODY },
  { words: ["-n", "5", "nice"], uid: NOBODY },
  { words: ["-n", "99999999999999999999", "nice"] },
  { words: ["-n", "4294967297", "nice"], differs: "chpst-numbers" },
];

const sessions: Case[] = ["", "-P", "-P -v", "-P -P"].flatMap((options) => {
  const words = [...options.split(" ").filter(Boolean), ...SESSION];
  return [
    { words, unprivileged: true, title: `${options || "nothing"}, leading a session` },
    { words, via: AS_CHILD, unprivileged: true, title: `${options || "nothing"}, not leading one` },
  ];
});

sessions.push({ name: "pgrphack", words: SESSION, via: AS_CHILD, unprivileged: true });
compare("sessions are begun as by the original", outcome, sessions);
compare("limits and nice are set as by the original", outcome, limitCases);
