/**
 * Histories of svlogd: input, signals at certain places of it, and settings. Debian's and ours play
 * each, and leave the same files: names apart, byte for byte, in the same order, with the same
 * permissions and messages. If a history starts several svlogds, one after the other, the two also
 * take turns: each continues with the files of the other, after an orderly exit or a crash.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { originalInPlace, ours } from "../../support/suite.ts";
import { DEBIAN, LogDir, LogTool } from "../../support/svlogd.ts";
import { compareWithRetries } from "../retry.ts";

export const AT_ONCE = 4;
const count = { histories: 0, handedOver: 0, again: 0 };
export const skip = originalInPlace
  ? "ours is asked for"
  : existsSync(DEBIAN)
    ? false
    : `no ${DEBIAN}`;
export type End = "end" | "SIGTERM" | "SIGKILL";

export type Step =
  | { readonly do: "write"; readonly text: string }
  | { readonly do: "signal"; readonly signal: "SIGALRM" | "SIGHUP" }
  | { readonly do: "configure"; readonly dir: number; readonly config: string }
  /** Waits until there are so many rotated files, processed, in the first directory. */
  | { readonly do: "await"; readonly old: number }
  | { readonly do: "again"; readonly by: End };

export interface History {
  readonly words: readonly string[];
  /** The settings of each directory. */
  readonly configs: readonly string[];
  readonly steps: readonly Step[];
}

export const OURS = join(ours.bin, "svlogd");

/** Whose svlogd is started, in turns. */
const CASTS = {
  debian: [DEBIAN],
  ours: [OURS],
  debianFirst: [DEBIAN, OURS],
  oursFirst: [OURS, DEBIAN],
};

type CastName = keyof typeof CASTS;

/** Plays a history, and returns the messages and the files. */
async function play(box: Sandbox, name: CastName, history: History): Promise<object> {
  const { words, configs, steps } = history;
  const home = new LogDir(join(box.dir, name)).path;
  const dirs = configs.map((config, index) => new LogDir(join(home, `log${index}`), config));
  const line = [...words, ...configs.map((_, index) => `log${index}`)];
  let starts = 0;
  const start = () => {
    const tool = CASTS[name][starts++ % CASTS[name].length] ?? "";
    return new LogTool(box, tool, line, { cwd: home, argv0: "svlogd" });
  };
  let log = start();
  const told: unknown[] = [];
  const leave = async (by: End) => {
    await log.idle();
    const code = by === "end" ? await log.end() : await log.kill(by);
    told.push([by, code, ...messages(log.stderr, dirs.length)]);
  };
  for (const step of steps) {
    switch (step.do) {
      case "write":
        log.write(step.text);
        break;
      case "signal":
        await log.idle();
        // At HUP the original forgets a processor that is at work.
        if (JSON.stringify(history).includes("!tr")) {
          await log.until("processors done", () => !dirs.some((dir) => dir.isProcessing()));
        }
        await log.signal(step.signal);
        break;
      case "configure":
        await log.idle(); // a start that is still under way must not read it
        dirs[step.dir]?.configure(step.config);
        break;
      case "await":
        await log.until("old logs", () => {
          const done = dirs[0]?.old().filter(({ name: file }) => file.endsWith(".s")) ?? [];
          return done.length >= step.old;
        });
        await log.idle();
        break;
      case "again":
        await leave(step.by);
        log = start();
        await log.idle();
    }
  }
  await leave("end");
  const left = dirs.map((dir) => {
    const files = dir.files();
    // Joined, for a file may end within a stamp; and where the oldest are gone, the rest may begin
    // in one.
    const text = timeless(files.map((file) => file.text).join(""));
    const stamped = words.some((word) => word.startsWith("-t"));
    const sizes = files.map((file) => [nameless(file.name), file.mode, file.text.length]);
    return [...sizes, stamped ? text.slice(text.indexOf("\n")) : text];
  });
  return { told, left };
}

/**
 * What was said, times apart, of each directory, and the lines for standard error. When a processor
 * ends is chance; and the order of messages about two directories differs: `by-directory`.
 */
function messages(stderr: string, directories: number): string[][] {
  const lines = nameless(timeless(stderr)).split("\n");
  const said = lines.filter((line) => !/sigchild received|process(ing|ed): /.test(line));
  const isOf = (line: string, dir: number) => new RegExp(`^svlogd: .* log${dir}\\b`).test(line);
  const dirs = Array.from({ length: directories }, (_, dir) => dir);
  const rest = said.filter((line) => !dirs.some((dir) => isOf(line, dir)));
  const ofEach = dirs.map((dir) => said.filter((line) => isOf(line, dir)));
  return [...ofEach, directories > 1 ? rest.sort() : rest];
}

const nameless = (text: string): string => text.replaceAll(/@[0-9a-f]{24}(\.[stu])/g, "@T$1");

/** Only text of the form of a stamp counts as one. */
export const timeless = (text: string): string =>
  text
    .replaceAll(/@400000006[0-9a-f]{15} /g, "@TAI64N ")
    .replaceAll(/\d{4}-\d\d-\d\d([_T])\d\d:\d\d:\d\d\.\d{5} /g, "TIME$1 ");

async function compare(box: Sandbox, history: History): Promise<void> {
  const isHandedOver = history.steps.some((step) => step.do === "again");
  const others: CastName[] = isHandedOver ? ["ours", "debianFirst", "oursFirst"] : ["ours"];
  const [expected, ...actual] = await Promise.all(
    (["debian", ...others] as const).map((name) => play(box, name, history)),
  );
  for (const [index, name] of others.entries()) {
    assert.deepEqual({ name, ...actual[index] }, { name, ...expected });
  }
  count.histories++;
  if (isHandedOver) count.handedOver++;
}

export async function alike(t: TestContext, history: History): Promise<void> {
  count.again += await compareWithRetries(t, () => compare(sandbox(t), history));
}

/** Prints, after all tests of a file, how many histories it compared. */
export function reportHistories(): void {
  after(() => {
    const { histories, handedOver, again } = count;
    console.log(
      `svlogd does as the original: ${histories} histories compared, ${handedOver} of them also with ` +
        `one directory handed back and forth; ${again} times played again`,
    );
  });
}
