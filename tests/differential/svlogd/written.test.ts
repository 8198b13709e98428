/** svlogd leaves the same files as the original after histories that each show one thing. */
import { describe, test } from "node:test";
import {
  AT_ONCE,
  alike,
  type End,
  type History,
  reportHistories,
  type Step,
  skip,
} from "./histories.ts";

const write = (text: string): Step => ({ do: "write", text });
const old = (count: number): Step => ({ do: "await", old: count });
const alarm: Step = { do: "signal", signal: "SIGALRM" };
const again = (by: End): Step => ({ do: "again", by });

/** Histories with a point. */
const TOLD: Readonly<Record<string, History>> = {
  "rotation by age": {
    words: [],
    configs: ["t1\n"],
    steps: [write("a\nb\n"), old(1), write("c\n"), old(2), write("d\n")],
  },
  "rotation by age, an unterminated line held back": {
    words: ["-t"],
    configs: ["t1\n", "s1000\nn2\n"],
    steps: [write("a\nb"), old(1), write("c\n"), old(2), write("d\n")],
  },
  "rotation by age, with a processor": {
    words: [],
    configs: ["t1\n!cat; cat <&4 >&5; echo 1 >&5\n"],
    steps: [write("a\n"), old(1), write("b\n"), old(2)],
  },
  "no rotation of an empty log by age, ALRM or a restart": {
    words: [],
    configs: ["t1\n", "t1\n"],
    steps: [alarm, again("end"), alarm, again("SIGTERM"), write("a\n"), old(1), alarm, alarm],
  },
  "crash upon crash": {
    words: [],
    configs: ["n2\n"],
    steps: ["a\n", "b\n", "c\n", "d\n"].flatMap((text) => [write(text), again("SIGKILL")]),
  },
  "a crash, and an end in order": {
    words: ["-tt"],
    configs: ["s1001\n"],
    steps: [write("a\nb\n"), again("SIGKILL"), write("c\n"), again("end"), write("d\n"), alarm],
  },
  "a log larger than its limit, taken over": {
    words: [],
    configs: ["s0\n"],
    steps: [
      write("0123456789\n".repeat(1_000)),
      again("end"),
      { do: "configure", dir: 0, config: "s5000\n" },
      { do: "signal", signal: "SIGHUP" },
      write("a\n"),
      write("0123456789\n".repeat(1_000)),
    ],
  },
  "a line of a mebibyte": {
    words: ["-ttt"],
    configs: ["s100000\nn0\n", "-*x\n"],
    steps: [write("x".repeat(1 << 20)), alarm, write("y\nz\n")],
  },
  "a long line at the end of the input": {
    words: [],
    configs: ["s1k\nn0\n"],
    steps: [write(`${"x".repeat(999)}\n${"y".repeat(3_000)}`)],
  },
  "every byte there is": {
    words: [],
    configs: ["s2000\nn0\n"],
    steps: [
      write(`${Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("")}\n`),
    ],
  },
  "patterns of the manual": {
    words: [],
    configs: [
      "-*\n+*: *: pid *\n",
      "-*ab*\n-*c\n-\n",
      "-**\n-++\n",
      "e*error*\nE*error: none*\n-*debug*\n",
    ],
    steps: [
      write(
        "tcpsvd: info: pid 1\naab\nxxabyy\nabcc\nabc\n\na*b\n+++\nan error\nan error: none\ndebug\n",
      ),
    ],
  },
};

describe("svlogd: histories told", { skip, concurrency: AT_ONCE }, () => {
  for (const [name, history] of Object.entries(TOLD)) test(name, (t) => alike(t, history));
});

reportHistories();
