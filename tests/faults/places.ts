/**
 * Hard places: a sandbox that refuses calls, little memory, a restricted /proc, an exec that the
 * kernel holds up.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { hold, untilAsked } from "../support/lease.ts";
import { refusing } from "../support/refuse.ts";
import { sendSignal } from "../support/sandbox.ts";
import type { FaultCase } from "./fault-case.ts";
import { type FaultTree, untilGone } from "./fault-tree.ts";

const PRCTL = ["PR_SET_NAME", "PR_SET_MM", "PR_SET_CHILD_SUBREAPER", "PR_SET_PDEATHSIG"];
/** The command in front of runsvdir. */
const PLACES: Readonly<Record<string, () => string[]>> = {
  "signalfd is refused": () => refusing("EPERM", "signalfd4"),
  "prctl is refused": () => refusing("EPERM", ...PRCTL),
  "6 MB of address space": () => ["prlimit", "--as=6000000"],
  "2 MB of data": () => ["prlimit", "--data=2000000"],
};

async function killSupervisor(tree: FaultTree): Promise<void> {
  const { supervisor } = tree;
  sendSignal(supervisor, "SIGKILL");
  await untilGone(tree, supervisor);
  if (supervisor === tree.scanner) tree.scan(); // as init would
}

const DAEMON_DIES = "the daemon dies";
/** The actions in such a place. */
const DEEDS: Readonly<Record<string, (tree: FaultTree) => Promise<void>>> = {
  [DAEMON_DIES]: async (tree) => sendSignal(tree.daemon, "SIGKILL"),
  "a restart is asked for": (tree) => tree.tell("restart", "web"),
  "the supervisor dies": killSupervisor,
};

function inPlace(place: string, via: () => string[], deed: string): Omit<FaultCase, "name"> {
  return {
    kind: `a hard place: ${place}`,
    via,
    injectFault: async (tree) => {
      await tree.begin();
      await DEEDS[deed]?.(tree);
    },
  };
}

/**
 * Where /proc shows less, or nothing: what is said of it, how it is mounted, and whether runsvdir
 * is root's.
 */
const PROCS: readonly (readonly [name: string, mount: string, isRoot: boolean])[] = [
  ["hidepid, not as root", "proc -o hidepid=2", false],
  ["hidepid and subset=pid, not as root", "proc -o hidepid=2,subset=pid", false],
  ["subset=pid", "proc -o subset=pid", true],
  ["no /proc", "tmpfs", true],
];

function inProc(mount: string, isRoot: boolean): Omit<FaultCase, "name" | "options"> {
  const user = isRoot ? "" : "setpriv --reuid 65534 --regid 65534 --clear-groups";
  const script = `mount -t ${mount} none /proc\nexec ${user} "$@"`;
  return {
    kind: "/proc is restricted, and the supervisor is killed",
    via: () => ["unshare", "--mount", "sh", "-ec", script, "sh"],
    injectFault: async (tree) => {
      if (!isRoot) execFileSync("chown", ["-R", "65534", tree.box.dir]);
      await tree.begin();
      const { daemon } = tree;
      await killSupervisor(tree);
      await tree.untilSupervised(daemon);
    },
  };
}

/** ./run is to be executed again, and cannot be for a while. */
function slowExec(deed: string): Omit<FaultCase, "name"> {
  return {
    kind: "the exec of ./run is held up",
    injectFault: async (tree) => {
      await tree.begin();
      const holder = await hold(tree.box, join(tree.made, "run"));
      sendSignal(tree.daemon, "SIGKILL");
      await untilAsked(holder);
      if (deed !== DAEMON_DIES) await DEEDS[deed]?.(tree);
      await tree.tell("status", "bystander");
      sendSignal(holder.pid, "SIGKILL");
    },
  };
}

const FORKED: readonly FaultCase[] = Object.keys(DEEDS)
  .flatMap((name) => [
    ...Object.entries(PLACES).map(([place, via]) => ({ name, ...inPlace(place, via, name) })),
    { name, ...slowExec(name) },
  ])
  .concat(PROCS.map(([name, mount, isRoot]) => ({ name, ...inProc(mount, isRoot) })));

export const PLACE_CASES: readonly FaultCase[] = [
  ...FORKED,
  ...FORKED.map((forked) => ({
    ...forked,
    name: `--dense ${forked.name}`,
    isOursAlone: true,
    options: ["--dense"],
  })),
];
