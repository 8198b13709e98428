/** chpst finds and executes programs as the original does. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { plain, script } from "./cases.ts";
import { type Case, compare, outcome } from "./compare.ts";

const searched = (path: string, words: readonly string[], extra: Partial<Case> = {}): Case => ({
  words,
  env: { PATH: path },
  unprivileged: true,
  prepare: (dir) => {
    script(dir, "one/prog", "#!/bin/sh\necho one\n");
    script(dir, "two/prog", "#!/bin/sh\necho two\n");
    script(dir, "closed/prog", "#!/bin/sh\necho closed\n", 0o644);
    script(dir, "closed/only", "#!/bin/sh\necho closed\n", 0o644);
    script(dir, "noformat/prog", "echo no format\n");
    script(dir, "broken/prog", "#!/nosuch\necho broken\n");
    script(dir, "prog", "#!/bin/sh\necho here\n");
    script(dir, "file", "");
    mkdirSync(join(dir, "directory/prog"), { recursive: true });
  },
  title: `PATH=${path} ${words.join(" ")}`,
  ...extra,
});

const programs: Case[] = [
  ...[
    "BOX/one",
    "BOX/one:BOX/two",
    "BOX/two:BOX/one",
    "BOX/nosuch:BOX/two",
    "BOX/closed:BOX/two",
    "BOX/closed",
    "BOX/directory:BOX/two",
    "BOX/directory",
    "BOX/noformat:BOX/two",
    "BOX/broken:BOX/two",
    "BOX/broken",
    "BOX/file:BOX/two",
    "BOX/two:BOX/file",
    ":BOX/two",
    "BOX/two:",
    "BOX/nosuch:",
    "",
    ":",
    "/nosuch",
    "one",
    ".",
    "..",
    "BOX/closed:BOX/nosuch",
    "BOX/nosuch:BOX/closed:BOX/nosuch",
    "/bin:BOX/one",
  ].map((path) => searched(path.replaceAll("BOX", "/@@"), ["prog"])),
  ...[
    "./prog",
    "one/prog",
    "closed/prog",
    "directory/prog",
    "noformat/prog",
    "broken/prog",
    "/",
    "/nosuch/prog",
    "./only",
    "file/x",
  ].map((name) => searched("/bin", [name])),
  searched("/@@/closed", ["only"]),
  searched("/@@/one", ["-b", "other", "prog"]),
  searched("/@@/closed", ["-b", "other", "prog"]),
  ...plain("sh -c exit", "false", "-b name sh nosuch", "true --help --nosuch"),
  { words: ["sh", "-c", "exit 7"], unprivileged: true },
  { words: ["sh", "-c", "kill -9 $$"], unprivileged: true },
  { words: ["-b", "-dash", "sh", "-c", "echo $0"], unprivileged: true },
  { words: ["-b", "bytes\u00ff", "sh", "-c", "echo $0"], unprivileged: true },
  {
    words: ["printf", "%s|", "", " ", "a b", "*", "$HOME", "\u00e9\u00ff", "-v"],
    unprivileged: true,
  },
  { via: ["env", "-i"], words: ["true"], unprivileged: true, title: "without PATH: true" },
  { via: ["env", "-i"], words: ["prog"], unprivileged: true, title: "without PATH: prog" },
  { via: ["env", "-i"], words: ["env"], unprivileged: true, title: "without an environment" },
];

// The sandbox is known only when the case is played, so PATH is set by env(1) on the way.
const atHome = (one: Case): Case =>
  one.env?.PATH === undefined
    ? one
    : {
        ...one,
        env: {},
        via: ["/usr/bin/env", `PATH=${one.env.PATH.replaceAll("/@@", "BOX")}`, ...(one.via ?? [])],
      };

compare("programs are found and started as by the original", outcome, programs.map(atHome));
