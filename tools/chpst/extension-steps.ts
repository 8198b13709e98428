/**
 * Runs the steps of a plan that runit's chpst does not have.
 */
import * as posix from "posix";
import { ignoring } from "../../base/errors.ts";
import type { Report } from "../../base/report.ts";
import { type Bounding, CAPABILITIES_MAX, withoutInheritable } from "./capabilities.ts";
import { parseDotenv } from "./dotenv.ts";
import type { Edit } from "./env.ts";
import type { ExtensionStep } from "./extension-options.ts";
import { readFile } from "./files.ts";
import type { Resource } from "./limits.ts";
import type { PlanStep } from "./plan.ts";
import { lackOf, limitOf, setLimit } from "./resources.ts";

const OOM_SCORE = "/proc/self/oom_score_adj";

/** What plan-runner.ts needs of this file. */
export interface ExtensionSteps {
  readonly runExtensionStep: typeof runExtensionStep;
  readonly readDotenv: typeof readDotenv;
}

type RunnableStep = ExtensionStep | Extract<PlanStep, { do: "raise hard limit" }>;

export function runExtensionStep(step: RunnableStep, report: Report): void {
  switch (step.do) {
    case "set oom score":
      setOomScore(step.score, report);
      return;
    case "set io priority":
      mustHave("io priorities", "set io priority", () => posix.ioprioSet(step.priority), report);
      return;
    case "raise hard limit":
      raise(step.resource, step.to, report);
      return;
    case "drop capabilities":
      dropCapabilities(step.bounding, report);
      return;
    case "forbid new privileges":
      mustHave("no_new_privs", "set no_new_privs", () => posix.setNoNewPrivileges(), report);
      return;
    default:
      step satisfies never;
  }
}

/** The variables that a dotenv file sets. */
export function readDotenv(path: string, report: Report): readonly Edit[] {
  const text = report.must(`read ${path}`, () => readFile(posix.AT_FDCWD, path));
  const parsed = parseDotenv(text);
  if (!parsed.ok) report.fatal(`unable to use ${path}: line ${parsed.line}: ${parsed.problem}`);
  return parsed.edits;
}

/**
 * The same as `report.must`, for a call that not every system has. @returns whether this one has it
 */
function does(action: string, call: () => void, report: Report): boolean {
  const done = report.must(action, () =>
    ignoring(["ENOSYS", "EINVAL"], () => {
      call();
      return true;
    }),
  );
  return done === true;
}

function mustHave(what: string, action: string, call: () => void, report: Report): void {
  if (!does(action, call, report)) report.fatal(`system does not support ${what}`);
}

function setOomScore(score: number, report: Report): void {
  report.must("set oom score", () => {
    const fd = ignoring(["ENOENT"], () => posix.open(posix.AT_FDCWD, OOM_SCORE, posix.O_WRONLY, 0));
    if (fd === undefined) report.fatal(`system does not support oom scores: no ${OOM_SCORE}`);
    try {
      posix.write(fd, String(score));
    } finally {
      posix.close(fd);
    }
  });
}

function raise(resource: Resource, to: number, report: Report): void {
  const { soft, hard } = limitOf(resource, report) ?? report.fatal(lackOf(resource));
  if (to > hard) setLimit(resource, { soft, hard: to }, report);
}

/**
 * Drops from the bounding set, and from the inheritable one, which an exec by root adds again; the
 * ambient set follows.
 */
function dropCapabilities({ drop, keep }: Bounding, report: Report): void {
  const kept = keep.map(({ number }) => number);
  const gone: number[] = [];
  const dropped = (number: number, name: string): boolean => {
    if (kept.includes(number)) return true;
    const action = `drop capability ${name}`;
    if (!does(action, () => posix.dropBoundingCapability(number), report)) return false;
    gone.push(number);
    return true;
  };
  if (drop === "all") {
    // Up to the first that the kernel does not know.
    let number = 0;
    while (number < CAPABILITIES_MAX && dropped(number, String(number))) number += 1;
    if (number === 0) report.fatal("system does not support capabilities");
  } else {
    for (const { number, name } of drop) {
      if (!dropped(number, name)) report.fatal(`system does not support capability ${name}`);
    }
  }
  report.must("drop inheritable capabilities", () => {
    const words = posix.capget();
    const left = withoutInheritable(words, gone);
    if (left.join() !== words.join()) posix.capset(left);
  });
}
