/** setuidgid, envuidgid, envdir, pgrphack and softlimit do as runit's do. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { called, differ, lower, plain, SHOW, ULIMIT, WHO, withFiles } from "./cases.ts";
import { type Case, compare, NOBODY, outcome } from "./compare.ts";

const aliases: Case[] = [
  ...[
    "setuidgid",
    "envuidgid",
    "envdir",
    "pgrphack",
    "softlimit",
    "dsetuidgid",
    "denvuidgid",
    "denvdir",
    "dpgrphack",
    "dsoftlimit",
  ].flatMap((name) => [
    { words: [], name, unprivileged: true },
    ...called(name, plain("''", "nosuch", "-z", "-v true")),
  ]),
  ...["nobody", "root", "nosuch", "nobody:root", ":1:2", "''", "-u", "0"].flatMap((account) =>
    ["setuidgid", "envuidgid"].map((name) => ({
      name,
      words: [account === "''" ? "" : account, ...WHO],
    })),
  ),
  { name: "setuidgid", words: ["nobody", ...WHO], uid: NOBODY },
  withFiles(
    "envdir",
    { A: "1", K: "", B: "x y \t\nz" },
    { name: "envdir", words: ["BOX/env", ...SHOW] },
  ),
  withFiles(
    "envdir, a directory within",
    { A: "1" },
    {
      name: "envdir",
      words: ["BOX/env", ...SHOW],
      more: (dir) => mkdirSync(join(dir, "env/D")),
    },
  ),
  withFiles("envdir, no directory", {}, { name: "envdir", words: ["BOX/nosuch", ...SHOW] }),
  withFiles("denvdir", { A: "1" }, { name: "denvdir", words: ["BOX/env", ...SHOW] }),
  ...called("pgrphack", plain("true", "sh -c true", "-P true", "/nosuch/x")),
  ...[
    "-a 3000000000",
    "-c 5",
    "-d 500000000",
    "-f 5000",
    "-l 5000",
    "-m 3000000000",
    "-o 50",
    "-p 4000",
    "-r 5000",
    "-s 4000000",
    "-t 50",
    "-o = -c =",
    "-m =",
    "-a = -m 3000000000",
    "-m 3000000000 -a =",
    "-o 99999999",
    "-o 50 -o =",
    "-o =  -c 1".replace("  ", " "),
    "-f 9223372036854775808",
  ].map((line) => ({
    name: "softlimit",
    words: [...line.split(" ").map((word) => (word === "''" ? "" : word)), ...ULIMIT],
    unprivileged: true,
  })),
  ...["-o =", "-c =", "-c 99999", "-o 101"].map((line) => ({
    name: "softlimit",
    words: [...line.split(" "), ...ULIMIT],
    via: lower,
    unprivileged: true,
    title: `softlimit under lower limits: ${line}`,
  })),
  ...called(
    "softlimit",
    plain(
      "-m",
      "-z true",
      "-o 5",
      "-- true",
      "-v true",
      "-V",
      "-n 5 true",
      "-P true",
      "-o 50 nosuch",
    ),
  ),
  ...differ(
    "softlimit-usage",
    called("softlimit", plain("-m x true", "-o == true", "-t 5x true", "-c -1 true")),
  ),
];

compare("aliases do as the original's", outcome, aliases);
