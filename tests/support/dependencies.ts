/** Services that depend on each other, and the order in which they start and end. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sendSignal } from "./sandbox.ts";
import type { Scan } from "./scan.ts";
import type { Description, Script } from "./service.ts";
import { improved } from "./suite.ts";
import { eventually } from "./wait.ts";

export const DEPENDENCIES = improved("dependencies");

/** The services write here, beside their directories. */
const ORDER = "order";

interface DependentOptions {
  readonly needs?: readonly string[];
  readonly after?: readonly string[];
  /** Ends only when there is a file `release` in its service directory. */
  readonly isSlow?: boolean;
  readonly down?: boolean;
  readonly files?: Readonly<Record<string, Script>>;
}

/** Reports readiness on the descriptor of `notification-fd`, which runit's runsv does not pass. */
export const REPORT_READY = "{ echo >&3; } 2>/dev/null; exec 3>&-";

/**
 * A service that records its start, reports that it is ready, and records its end; and what it
 * depends on: `db`, or `db restart`.
 */
export function dependent(
  name: string,
  { needs = [], after = [], isSlow = false, down = false, files = {} }: DependentOptions = {},
): Description {
  const entries = {
    "notification-fd": "3\n",
    ...entriesOf("needs", needs),
    ...entriesOf("after", after),
  };
  const end = isSlow ? "while ! test -e release; do sleep 0.02; done; rm release; " : "";
  const run = [
    `trap 'echo term ${name} >>../${ORDER}; kill $! 2>/dev/null; ${end}echo end ${name} >>../${ORDER}; exit 0' TERM`,
    `echo start ${name} >>../${ORDER}`,
    REPORT_READY,
    "while :; do sleep 1000 & wait $!; done",
  ].join("\n");
  return { run, down, files: { ...entries, ...files } };
}

function entriesOf(kind: string, list: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    list.map((entry) => {
      const [name, ...words] = entry.split(" ");
      return [`${kind}/${name}`, `${words.join(" ")}\n`];
    }),
  );
}

/** What has happened so far, such as `start db`. */
export function orderOf({ box }: Pick<Scan, "box">): string[] {
  try {
    return readFileSync(join(box.dir, "made", ORDER), "utf8")
      .split("\n")
      .slice(0, -1);
  } catch {
    return [];
  }
}

/** The names of the services that each service needs. */
export type Needs = Readonly<Record<string, readonly string[]>>;

/** What is wrong with the order of these records, such as `start db`. */
export function mistakesIn(records: readonly string[], needs: Needs): string[] {
  const alive = new Set<string>();
  const stopping = new Set<string>();
  const dependantsOf = (name: string) =>
    Object.keys(needs).filter((each) => needs[each]?.includes(name));
  return records.flatMap((record, at) => {
    const [what, name = ""] = record.split(" ");
    const wrong: string[] = [];
    if (what === "start") {
      if (alive.has(name)) wrong.push("it runs already");
      const missing = needs[name]?.filter((each) => !alive.has(each) || stopping.has(each)) ?? [];
      wrong.push(...missing.map((each) => `it needs ${each}`));
      alive.add(name);
    } else if (what === "term") {
      wrong.push(...dependantsOf(name).flatMap((each) => (alive.has(each) ? [each] : [])));
      stopping.add(name);
    } else {
      alive.delete(name);
      stopping.delete(name);
    }
    return wrong.map((text) => `${at}: ${record}: ${text}`);
  });
}

/** Waits until a service has recorded this, for the `count`th time. */
export async function untilOrder(
  tree: Scan,
  what: string,
  count = 1,
  deadlineMs?: number,
): Promise<void> {
  const times = () => orderOf(tree).filter((line) => line === what).length;
  await eventually(
    `${what}, ${count} times`,
    () => (times() >= count ? true : undefined),
    () => `order: ${orderOf(tree).join(", ")}\nrunsvdir wrote:\n${tree.stderr}`,
    deadlineMs,
  );
}

/** Kills the supervisor of a service, and waits for the next one. */
export async function killSupervisor(tree: Scan, name: string): Promise<void> {
  const pid = await tree.untilSupervisor(name);
  sendSignal(pid, "SIGKILL");
  if (pid === tree.runsvdir.pid) {
    await tree.runsvdir.exit();
    tree.startAgain();
  } else {
    await tree.untilRunsv(name, pid);
  }
  await tree.service(name).untilSupervised();
}

/** Lets a slow service end. */
export function release({ box }: Scan, name: string): void {
  writeFileSync(join(box.dir, "made", name, "release"), "");
}

export function removeEntry({ box }: Scan, path: string): void {
  rmSync(join(box.dir, "made", path));
}
