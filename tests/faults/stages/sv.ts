/**
 * Stages of sv: every command, one of whose calls fails. It says so, or answers as ever; it never
 * tells what is not so, and never hangs. All are played in one tree, in which nothing fails, one
 * after the other.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, run } from "../../support/run.ts";
import { ours } from "../../support/suite.ts";
import { NeverHappened } from "../../support/wait.ts";
import { FaultTree, type Verdict } from "../fault-tree.ts";
import { faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

/** Longer than any of them may wait. */
const DEADLINE_MS = 90_000;

interface Command {
  readonly words: readonly string[];
  /** The state in which its command is done. */
  readonly done?: (tree: FaultTree, before: number) => boolean;
  /** The command before, without a fault. */
  readonly first?: readonly string[];
}

const isUp = (tree: FaultTree) => tree.web.status().pid !== 0;
const isDown = (tree: FaultTree) => tree.web.status().pid === 0;
const isAnother = (tree: FaultTree, before: number) => isUp(tree) && tree.daemon !== before;

const COMMANDS: readonly Command[] = [
  { words: ["status", "web", "bystander"] },
  { words: ["status", "nothing"] },
  { words: ["check", "web"] },
  { words: ["start", "web"], first: ["stop", "web"], done: isUp },
  { words: ["-w9", "up", "web"], first: ["stop", "web"], done: isUp },
  { words: ["once", "web"], first: ["stop", "web"] },
  { words: ["-w2", "start", "nothing"] },
  { words: ["stop", "web"], done: isDown },
  { words: ["-w9", "down", "web"], done: isDown },
  { words: ["restart", "web"], done: isAnother },
  { words: ["try-restart", "web"], done: isAnother },
  { words: ["-w1", "force-stop", "web"], done: isDown },
  { words: ["pause", "web"] },
  { words: ["cont", "web"], first: ["pause", "web"] },
  { words: ["alarm", "bystander"] },
  { words: ["-w9", "kill", "web"] },
  { words: ["shutdown", "web"] },
];

/** Each waits for the one before. */
let turn: Promise<void> = Promise.resolve();
let shared: Promise<FaultTree> | undefined;

/** Ends the tree that all stages of sv share; after the last of them. */
export async function closeTree(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

async function begin(): Promise<FaultTree> {
  const tree = new FaultTree(ours);
  const check = join(tree.made, "check");
  writeFileSync(check, "#!/bin/sh\nexit 0\n");
  chmodSync(check, 0o755);
  await tree.begin();
  return tree;
}

async function open({ words, first, done }: Command): Promise<Scene> {
  const before = turn;
  let close = () => {};
  turn = new Promise((resolve) => {
    close = resolve;
  });
  await before;
  shared ??= begin();
  const tree = await shared;
  await tree.tell("start", "web");
  await tree.tell("cont", "web");
  if (first !== undefined) await tree.tell(...first);
  const pid = tree.daemon;
  let outcome: Outcome = { code: null, stdout: "", stderr: "" };
  return {
    faults: tree.faults,
    act: async () => {
      const env = { SVDIR: tree.services, SVWAIT: undefined, ...tree.faults.env };
      const options = { argv0: "sv", env };
      const command = [join(faulty.bin, "sv"), ...words];
      const hangs = (error: Error) => {
        throw new NeverHappened(error.message);
      };
      const running = run(tree.box, command, { ...options, deadlineMs: DEADLINE_MS });
      outcome = await running.catch(hangs);
    },
    judge: async () => {
      const usual = await usualOf(words, outcome);
      return judge(outcome, usual, outcome.code === 0 && done?.(tree, pid) === false);
    },
    close: async () => close(),
  };
}

/** By the words: the outcome of each if nothing fails, which is the first. */
const usual = new Map<string, Outcome>();

async function usualOf(words: readonly string[], outcome: Outcome): Promise<Outcome> {
  const key = words.join(" ");
  const known = usual.get(key) ?? outcome;
  usual.set(key, known);
  return known;
}

function judge({ code, stdout, stderr }: Outcome, usual: Outcome, isLie: boolean): Verdict {
  const complaints: string[] = [];
  const said = `exit code ${code}, ${stdout}${stderr}`;
  if (stderr.includes("uncaught")) complaints.push(said);
  const isSame = code === usual.code && plain(stdout) === plain(usual.stdout);
  const isTold = code !== 0 || stderr.includes("unable to");
  if (!isSame && !isTold) complaints.push(`it did not say so: ${said}`);
  if (isLie) complaints.push(`it is not so: ${said}`);
  return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
}

/** Without the numbers that differ each time. */
const plain = (text: string) => text.replaceAll(/\d+/g, "N");

export const SV_STAGES: readonly Stage[] = COMMANDS.map((command) => ({
  kind: "a call fails: sv",
  name: `sv ${command.words.join(" ")}`,
  open: () => open(command),
}));
