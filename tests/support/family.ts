/** A service whose ./run has descendants, and the processes that they are. */
import { isAlive } from "./procfs.ts";
import type { Description, ServiceDirectory } from "./service.ts";
import { improved } from "./suite.ts";

export const KILL_GROUP = improved("kill-group");

/**
 * ./run, a child that waits for two of its own, and these two: one ignores TERM and takes no notice
 * of its parent's end, the other has left the session. Each writes its pid to a file.
 */
const FAMILY = [
  "echo $$ >>run.pids",
  "sh -c '",
  "  echo $$ >>child.pids",
  '  sh -c "trap : USR1; trap \\"\\" TERM; echo \\$\\$ >>stubborn.pids; while :; do sleep 0.05; done" &',
  '  setsid sh -c "echo \\$\\$ >>apart.pids; exec sleep 1000" &',
  "  wait",
  "' &",
].join("\n");

const MEMBERS = ["run", "child", "stubborn", "apart"] as const;
type MemberName = (typeof MEMBERS)[number];

/**
 * @param files beside `kill-group`
 * @param last the last line of ./run
 */
export function family(
  files: Readonly<Record<string, string>> = {},
  last = "exec sleep 1000",
): Description {
  const texts = Object.entries({ "kill-group": "", ...files });
  return {
    run: `${FAMILY}\n${last}`,
    finish: 'echo "$@" >>ends',
    files: Object.fromEntries(texts.map(([name, text]) => [name, { text, mode: 0o644 }])),
  };
}

type Family = Readonly<Record<MemberName, number>>;

/** Waits for generation `count` of the family. */
export async function untilFamily(service: ServiceDirectory, count = 1): Promise<Family> {
  const pids = await Promise.all(
    MEMBERS.map(async (name) => {
      const lines = await service.untilLines(count, `${name}.pids`);
      return [name, Number(lines[count - 1])] as const;
    }),
  );
  return Object.fromEntries(pids) as Family;
}

/** The members that still exist. */
export function living(members: Family): MemberName[] {
  return MEMBERS.filter((name) => isAlive(members[name]));
}
