/** chpst looks up users and groups as the original does. */
import { differ, WHO } from "./cases.ts";
import { type Case, compare, NOBODY, outcome } from "./compare.ts";

/** The last one is another, so that it is seen to count. */
const groupNames = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index === 60 ? "sys" : ["root", "daemon", "bin"][index % 3],
  ).join(":");

const groupNumbers = (count: number) =>
  Array.from({ length: count }, (_, index) => 1000 + index).join(":");

const SPECS = [
  "nobody",
  "root",
  "daemon",
  "nobody:root",
  "nobody:nogroup",
  "nobody:daemon:bin",
  "nobody:bin:daemon:bin",
  "root:daemon",
  ":1:2",
  ":1:2:3",
  ":65534:65534",
  ":0:0",
  ":007:008",
  ":12345:54321:1:2:3",
  ":4294967294:4294967294",
  "nosuch",
  "nosuch:root",
  "nosuch:nosuch",
  "nobody:nosuch",
  "nobody:root:nosuch",
  "nobody:1",
  "nobody:",
  "nobody::root",
  "nobody:root:",
  "''",
  ":",
  ":1",
  ":x:2",
  ":1:x",
  ":1:2x",
  ":1:2:x",
  ":-1:2",
  ":+1:2",
  ": 1:2",
  ":0x1:2",
  "0",
  "65534",
  "1:2",
  "Nobody",
  "nobody ",
  `nobody:${groupNames(59)}`,
  `nobody:${groupNames(60)}`,
  `:1:${groupNumbers(59)}`,
  `:1:${groupNumbers(60)}`,
];

const WRONG_IDS = [
  "::",
  "::5",
  ":1:",
  ":1::2",
  ":1:2:",
  ":4294967296:1",
  ":1:4294967296",
  ":1:2:4294967296",
  ":18446744073709551616:1",
];

const specs = (letter: string, list: readonly string[]): Case[] =>
  list.map((spec) => {
    const word = spec === "''" ? "" : spec;
    return {
      words: [letter, word, ...WHO],
      title: `${letter} ${spec.slice(0, 40)} (${spec.length})`,
    };
  });

const users: Case[] = [
  ...specs("-u", SPECS),
  ...specs("-U", SPECS),
  ...differ("chpst-ids", [...specs("-u", WRONG_IDS), ...specs("-U", WRONG_IDS.slice(0, -3))]),
  ...differ("chpst-ids", specs("-u", [":4294967295:1", ":1:4294967295"])),
  ...differ(
    "chpst-many-groups",
    specs("-u", [`nobody:${groupNames(61)}`, `:1:${groupNumbers(61)}`]),
  ),
  ...[
    "-u nobody -U daemon",
    "-U daemon -u nobody",
    "-u nobody -u daemon",
    "-U nobody -U daemon",
  ].map((options) => ({
    words: [...options.split(" "), ...WHO],
  })),
  ...["nobody", ":65534:65534", "root"].map((spec) => ({
    words: ["-u", spec, ...WHO],
    uid: NOBODY,
  })),
  { words: ["-U", "nobody", ...WHO], uid: NOBODY },
];

compare("users and groups are taken as by the original", outcome, users);
