/** setlock does as daemontools' does. */
import { called, differ, plain } from "./cases.ts";
import { type Case, compare, ORIGINAL, outcome } from "./compare.ts";

const held = (path: string): readonly string[] => ["flock", "-x", path];

const setlock: Case[] = called("setlock", [
  { words: [], unprivileged: true },
  ...plain(
    "-n",
    "-z",
    "BOX/lock",
    "-n BOX/lock",
    "-z BOX/lock true",
    "-",
    "- nosuch",
    "-- BOX/lock true",
    "BOX/lock true",
    "-n BOX/lock true",
    "-N BOX/lock true",
    "-x BOX/lock true",
    "-X BOX/lock true",
    "-nNxX BOX/lock true",
    "-nx BOX/lock false",
    "BOX/lock nosuch",
    "-x BOX/lock nosuch",
    "-nx BOX/lock nosuch",
    "BOX/lock -x true",
    "BOX/lock /etc",
    "BOX/lock ''",
    "/nosuch/lock true",
    "-x /nosuch/lock true",
    "-nX /nosuch/lock true",
    "-xX /nosuch/lock true",
    "BOX true",
    "-x BOX true",
    "'' true",
    "-V BOX/lock true",
    "-v BOX/lock true",
    "-n -x BOX/lock echo got",
    "-nx -- BOX/lock echo got",
  ),
  ...["-n", "-nx", "-n -X", "-Nn", "-xn"].map((options) => ({
    words: [...options.split(" "), "BOX/lock", "echo", "got"],
    via: held("BOX/lock"),
    unprivileged: true,
    title: `${options} of a lock that is held`,
  })),
  // Waiting, until timeout(1) ends it.
  ...["-N", "", "-nN", "-x"].map((options) => ({
    words: [...options.split(" ").filter(Boolean), "BOX/lock", "echo", "got"],
    via: [...held("BOX/lock"), "timeout", "0.3"],
    unprivileged: true,
    title: `${options || "without options,"} waits for a lock that is held`,
  })),
  {
    words: ["BOX/lock", "sh", "-c", "stat -c '%a %s' lock; flock -n lock true; echo $?"],
    unprivileged: true,
  },
]);

const runitSetlock: Case[] = differ(
  "setlock-daemontools",
  called("setlock", [
    ...plain("-n", "BOX/lock nosuch", "-x BOX/lock nosuch", "/nosuch/lock true"),
    ...["", "-N"].map((options) => ({
      words: [...options.split(" ").filter(Boolean), "BOX/lock", "echo", "got"],
      via: [...held("BOX/lock"), "timeout", "0.3"],
      unprivileged: true,
      title: `runit's setlock ${options} of a lock that is held`,
    })),
  ]),
).map((one) => ({ ...one, original: ORIGINAL }));

compare("setlock does as daemontools'", outcome, [...setlock, ...runitSetlock]);
