/**
 * Runs chpst, or an alias of it, and the original with the same words, and compares what they
 * print, how they exit, and in which state they leave the program. Aliases are compared with
 * runit's, setlock with daemontools'.
 *
 * The synopsis after `usage: chpst` is left out of the comparison, because ours has more options.
 */
import assert from "node:assert/strict";
import { type StdioOptions, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import {
  cmdline,
  cwd,
  environ,
  kinship,
  limits,
  openFiles,
  STATUS_LINES,
  statusLines,
} from "../../support/procfs.ts";
import { Sandbox } from "../../support/sandbox.ts";
import { documentedDifferences, originalInPlace, ours } from "../../support/suite.ts";
import { DEADLINE_MS, eventually } from "../../support/wait.ts";

export const ORIGINAL = "/usr/bin/chpst";
const DAEMONTOOLS_SETLOCK = "/usr/bin/setlock";
const isRoot = process.getuid?.() === 0;
const skip = existsSync(ORIGINAL) ? false : `${ORIGINAL} is not there`;
const skipSetlock = existsSync(DAEMONTOOLS_SETLOCK) ? false : "daemontools is not there";
const AT_ONCE = 4;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
export const NOBODY = 65_534;

export interface Case {
  /** The words after chpst; `BOX` in them is the sandbox. */
  readonly words: readonly string[];
  /** The name that it is called by, if not chpst. */
  readonly name?: string;
  /** Words before the command, to start it in another state. */
  readonly via?: readonly string[];
  /** Prepares the sandbox. */
  readonly prepare?: (dir: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Also works for who is not root. */
  readonly unprivileged?: boolean;
  /** The row of docs/differences.md that says why ours differs. */
  readonly differs?: string;
  readonly title?: string;
  /** The original to compare with, if not runit's, or daemontools' for setlock. */
  readonly original?: string;
}

interface Subject {
  readonly chpst: string;
  readonly setlock: string;
}

const THEIRS: Subject = { chpst: ORIGINAL, setlock: DAEMONTOOLS_SETLOCK };
const OURS: Subject = { chpst: join(ours.bin, "chpst"), setlock: join(ours.bin, "chpst") };

const titleOf = ({ title, name = "chpst", words, via, uid }: Case): string =>
  title ??
  [...(uid === undefined ? [] : [`as ${uid}:`]), ...(via ?? []), name, ...words]
    .map((word) => (word === "" ? "''" : word.length > 40 ? `${word.slice(0, 40)}...` : word))
    .join(" ");

function prepared({ prepare }: Case): Sandbox {
  const box = new Sandbox();
  chmodSync(box.dir, 0o755); // for who is not root
  prepare?.(box.dir);
  return box;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: { readonly env: Readonly<Record<string, string>>; readonly uid?: number };
}

function commandOf(box: Sandbox, one: Case, subject: Subject): Command {
  const { name = "chpst", words, via = [], env = {}, uid } = one;
  const original = subject === THEIRS ? one.original : undefined;
  const tool = original ?? (name === "setlock" ? subject.setlock : subject.chpst);
  const inBox = (word: string) => word.replaceAll("BOX", box.dir);
  // A link of its own, so that a tool started through another program is called by the name.
  const link = join(box.dir, "bin", name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(tool, link);
  const [file = link, ...args] = [...via.map(inBox), link, ...words.map(inBox)];
  return { file, args, options: { env, ...(uid === undefined ? {} : { uid }) } };
}

/** Masks chance, and the synopsis of chpst. */
function masked(box: Sandbox, text: string): string {
  return text
    .replaceAll(box.dir, "BOX")
    .replace(/^usage: (\S+) \[-v.*prog$/gm, "usage: $1 OPTIONS prog");
}

/** Runs it to its end, and reports its output. */
export async function outcome(one: Case, subject: Subject): Promise<string> {
  const box = prepared(one);
  try {
    const { file, args, options } = commandOf(box, one, subject);
    const { uid, env } = options;
    const child = spawn(file, args, {
      cwd: box.dir,
      env: { PATH, HOME: box.dir, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].on("data", (chunk: Buffer) => {
        said[name] += chunk.toString("latin1");
      });
    }
    const end = await new Promise((resolve) => {
      child.on("close", (code, signal) => resolve(code ?? signal));
    });
    return masked(box, `${end}\n${said.stderr}--\n${said.stdout}`);
  } finally {
    await box.close();
  }
}

/** All that can be seen from outside of the `sleep` that it has become; or how it ended. */
export async function portrait(one: Case, subject: Subject): Promise<string> {
  const box = prepared(one);
  let kill = () => {};
  try {
    const { file, args, options } = commandOf(box, one, subject);
    const stdio: StdioOptions = ["ignore", "ignore", "ignore"];
    const running = box.start([file, ...args], { ...options, stdio });
    const { pid } = running;
    // The box does not know it by its mark if that is gone.
    kill = () => running.signal("SIGKILL");
    let ended: string | undefined;
    void running.ended.then(({ code, signal }) => {
      ended = `ended: ${code ?? signal}`;
    });
    let last = "";
    const isThere = await eventually(
      "program asleep",
      () => {
        if (ended !== undefined) return ended;
        // Seen the same twice: until it sleeps, a program opens its libraries.
        const name = statusLines(pid).get("Name");
        const seen = `${kinship(pid)?.state} ${name} ${JSON.stringify([...openFiles(pid)])}`;
        const again = seen === last;
        last = seen;
        return again && kinship(pid)?.state === "S" && name === "sleep" ? "asleep" : undefined;
      },
      () => last,
    );
    if (isThere !== "asleep") return isThere;
    const status = statusLines(pid);
    const self = kinship(pid);
    const own = (id: number | undefined) => (id === pid ? "itself" : "other");
    const seen = {
      status: STATUS_LINES.map((line) => `${line}: ${status.get(line)}`),
      files: [...openFiles(pid)].map(([fd, { target, flags }]) => `${fd} ${target} ${flags}`),
      environment: environ(pid).sort(),
      limits: limits(pid).split("\n"),
      words: cmdline(pid),
      cwd: cwd(pid),
      root: readlinkSync(`/proc/${pid}/root`),
      nice: self?.nice,
      pgrp: own(self?.pgrp),
      session: own(self?.session),
      oomScore: readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"),
      timerSlack: readFileSync(`/proc/${pid}/timerslack_ns`, "utf8"),
    };
    return masked(box, JSON.stringify(seen, undefined, 1));
  } finally {
    kill();
    await box.close();
  }
}

export function compare(
  title: string,
  look: (one: Case, subject: Subject) => Promise<string>,
  cases: readonly Case[],
): void {
  describe(title, { concurrency: AT_ONCE }, () => {
    for (const one of cases) {
      const needs = !isRoot && !one.unprivileged ? "needs to be root" : false;
      const lacks = one.name === "setlock" ? skipSetlock : skip;
      test(titleOf(one), { skip: lacks || needs }, async () => {
        const [theirs, mine] = await Promise.all([look(one, THEIRS), look(one, OURS)]);
        if (one.differs === undefined) {
          assert.equal(mine, theirs);
          return;
        }
        const isKnown = documentedDifferences().has(one.differs);
        assert.ok(isKnown, `docs/differences.md has no row \`${one.differs}\``);
        if (!originalInPlace) assert.notEqual(mine, theirs, "does not differ any more");
      });
    }
  });
}
