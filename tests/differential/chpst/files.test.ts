/** chpst treats locks, descriptors and directories as the original does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { differ, plain, script, variables, WHO } from "./cases.ts";
import { type Case, compare, NOBODY, outcome } from "./compare.ts";

const held = (path: string): readonly string[] => ["flock", "-x", path];

const files: Case[] = [
  ...plain(
    "-l BOX/lock true",
    "-L BOX/lock true",
    "-l lock true",
    "-l /nosuch/lock true",
    "-L BOX true",
    "-l '' true",
    "-L /dev/null true",
    "-l /etc/passwd/x true",
  ),
  ...["-L", "-v -L"].map((options) => ({
    words: [...options.split(" "), "BOX/lock", "true"],
    via: held("BOX/lock"),
    unprivileged: true,
    title: `${options} of a lock that is held`,
  })),
  {
    words: ["-L", "BOX/lock", "sh", "-c", "stat -c '%a %s' lock; flock -n lock true; echo $?"],
    unprivileged: true,
  },
  {
    words: ["-l", "BOX/lock", "cat", "lock"],
    prepare: (dir) => writeFileSync(join(dir, "lock"), "content\n"),
    unprivileged: true,
  },
  {
    words: ["-L", "BOX/lock", "-u", "nobody", "true"],
    title: "the lock is made by the new user, who may not",
  },
  { words: ["-l", "BOX/lock", "-l", "BOX/lock", "true"], unprivileged: true },
  ...differ("chpst-closed", [
    { words: ["-0", "true"], via: ["sh", "-c", 'exec 0<&-; exec "$@"', "sh"], unprivileged: true },
    { words: ["-1", "true"], via: ["sh", "-c", 'exec 1<&-; exec "$@"', "sh"], unprivileged: true },
  ]),
];

const directories: Case[] = [
  { words: ["-/", "/", "pwd"] },
  { words: ["-/", "BOX/nosuch", "true"] },
  { words: ["-/", "/etc/passwd", "true"] },
  { words: ["-/", "", "true"] },
  { words: ["-/", "/", "true"], uid: NOBODY },
  { words: ["-/", "BOX", "/bin/true"] },
  {
    words: ["-/", "BOX", "-u", ":1:1", "/prog"],
    prepare: (dir) => script(dir, "prog", "#!/nosuch\n"),
  },
  { words: ["-/", "BOX", "-l", "/made", "/bin/true"] },
  { words: ["-/", "BOX", "-e", "BOX/env", "/bin/true"], prepare: variables({ K: "v" }) },
  { words: ["-/", "BOX", "-e", "/env", "/bin/true"], prepare: variables({ K: "v" }) },
  { words: ["-/", "/", "-u", "nobody", "-U", "daemon", ...WHO] },
];

compare("locks and descriptors are treated as by the original", outcome, files);
compare("directories are changed as by the original", outcome, directories);
