/**
 * Stages of chpst and its aliases: the program runs with all that was asked for, or it does not
 * run, and the exit code says so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, run } from "../../support/run.ts";
import { Sandbox } from "../../support/sandbox.ts";
import { NeverHappened } from "../../support/wait.ts";
import type { Verdict } from "../fault-tree.ts";
import { FaultSwitch, faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

const DEADLINE_MS = 90_000;
/** Its exit code if it runs no program. */
const NOT_RUN = [100, 111];
/** Prints the state that a program can see of itself. */
const TELL = [
  "sh",
  "-c",
  "id; pwd; env | grep -v ^RUNITS | sort; ulimit -a; nice; cat /proc/self/oom_score_adj; " +
    "grep -E 'NoNewPrivs|CapBnd' /proc/self/status; ls -l /proc/self/fd | grep -o ' [0-9]* ->'",
];
const isRoot = process.getuid?.() === 0;

interface Line {
  readonly words: readonly string[];
  /** Only root may. */
  readonly isForRoot?: true;
  /** It never runs the program, but without a fault says why. */
  readonly fails?: true;
}

const LINES: readonly Line[] = [
  { words: ["chpst", "-P", "-b", "name", "-e", "env", "-n", "1", "-l", "lock"] },
  { words: ["chpst", "-0", "--env-file", "dotenv", "-C", "inside"] },
  { words: ["chpst", "-o", "30", "-c", "1000", "-f", "4096000", "-t", "100", "-m", "900000000"] },
  { words: ["chpst", "--limit", "nofile=20:40", "--oom-score", "300", "--no-new-privs"] },
  { words: ["chpst", "--io-priority", "idle", "-L", "lock"] },
  { words: ["chpst", "-u", "nobody", "-U", "nobody"], isForRoot: true },
  { words: ["chpst", "-u", ":1:2:3", "--cap-drop", "all"], isForRoot: true },
  { words: ["chpst", "-u", "no-such-user-here"], fails: true },
  { words: ["chpst", "-e", "nothing"], fails: true },
  { words: ["envdir", "env"] },
  { words: ["envuidgid", "nobody"] },
  { words: ["setuidgid", "nobody"], isForRoot: true },
  { words: ["pgrphack"] },
  { words: ["setlock", "lock"] },
  { words: ["setlock", "-nX", "lock"] },
  { words: ["softlimit", "-o", "30", "-c", "1000", "-a", "900000000"] },
];

async function open({ words, fails }: Line): Promise<Scene> {
  const box = new Sandbox();
  const faults = new FaultSwitch(box.dir);
  const [name = "", ...options] = words;
  mkdirSync(join(box.dir, "env"));
  mkdirSync(join(box.dir, "inside"));
  writeFileSync(join(box.dir, "env/ONE"), "1\n");
  writeFileSync(join(box.dir, "env/PATH"), "/usr/bin:/bin\n");
  writeFileSync(join(box.dir, "env/HOME"), "");
  writeFileSync(join(box.dir, "dotenv"), 'TWO="2"\n');
  const tell = async (): Promise<Outcome> => {
    const command = [join(faulty.bin, name), ...options, ...TELL];
    const env = { HOME: "/", ...faults.env };
    try {
      return await run(box, command, { argv0: name, env, deadlineMs: DEADLINE_MS });
    } catch (error) {
      throw new NeverHappened(String(error));
    }
  };
  let outcome: Outcome = { code: null, stdout: "", stderr: "" };
  return {
    faults,
    act: async () => {
      outcome = await tell();
    },
    judge: async () => judge(outcome, await tell(), fails === true),
    close: () => box.close(),
  };
}

/** @param usual its outcome without a fault */
function judge({ code, stdout, stderr }: Outcome, usual: Outcome, fails: boolean): Verdict {
  const complaints: string[] = [];
  const said = `exit code ${code}, ${stdout}${stderr}`;
  if ((usual.code === 0) === fails) complaints.push(`without a fault: ${usual.stderr}`);
  if (stderr.includes("uncaught")) complaints.push(said);
  const isRefused = NOT_RUN.includes(code ?? -1) && stdout === "";
  const isDone = code === 0 && stdout === usual.stdout;
  if (!isRefused && (fails || !isDone)) complaints.push(`neither run nor refused: ${said}`);
  return { complaints, linesLost: 0, linesDoubled: 0, doubleStarts: 0 };
}

export const CHPST_STAGES: readonly Stage[] = LINES.filter(
  ({ isForRoot }) => isRoot || isForRoot !== true,
).map((line) => ({
  kind: "a call fails: chpst",
  name: line.words.join(" "),
  open: () => open(line),
}));
