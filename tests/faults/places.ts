/**
 * Hard places: a sandbox that refuses calls, little memory, a restricted /proc, an exec that the
 * kernel holds up.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { hold, untilAsked } from "../support/lease.ts";
import { refusing } from "../support/refuse.ts";
import { sendSignal } from "../support/sandbox.ts";
import type { Strike } from "./strike.ts";
import { untilGone, type World } from "./world.ts";

const PRCTL = ["PR_SET_NAME", "PR_SET_MM", "PR_SET_CHILD_SUBREAPER", "PR_SET_PDEATHSIG"];
/** What runsvdir is started by. */
const PLACES: Readonly<Record<string, () => string[]>> = {
  "signalfd is refused": () => refusing("EPERM", "signalfd4"),
  "prctl is refused": () => refusing("EPERM", ...PRCTL),
  "6 MB of address space": () => ["prlimit", "--as=6000000"],
  "2 MB of data": () => ["prlimit", "--data=2000000"],
};

async function killSupervisor(world: World): Promise<void> {
  const { supervisor } = world;
  sendSignal(supervisor, "SIGKILL");
  await untilGone(world, supervisor);
  if (supervisor === world.scanner) world.scan(); // as init would
}

const DAEMON_DIES = "the daemon dies";
/** What happens there. */
const DEEDS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  [DAEMON_DIES]: async (world) => sendSignal(world.daemon, "SIGKILL"),
  "a restart is asked for": (world) => world.tell("restart", "web"),
  "the supervisor dies": killSupervisor,
};

function inPlace(place: string, via: () => string[], deed: string): Omit<Strike, "name"> {
  return {
    kind: `a hard place: ${place}`,
    via,
    strike: async (world) => {
      await world.begin();
      await DEEDS[deed]?.(world);
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

function inProc(mount: string, isRoot: boolean): Omit<Strike, "name" | "options"> {
  const user = isRoot ? "" : "setpriv --reuid 65534 --regid 65534 --clear-groups";
  const script = `mount -t ${mount} none /proc\nexec ${user} "$@"`;
  return {
    kind: "/proc is restricted, and the supervisor is killed",
    via: () => ["unshare", "--mount", "sh", "-ec", script, "sh"],
    strike: async (world) => {
      if (!isRoot) execFileSync("chown", ["-R", "65534", world.box.dir]);
      await world.begin();
      const { daemon } = world;
      await killSupervisor(world);
      await world.untilSupervised(daemon);
    },
  };
}

/** ./run is to be executed again, and cannot be for a while. */
function slowExec(deed: string): Omit<Strike, "name"> {
  return {
    kind: "the exec of ./run is held up",
    strike: async (world) => {
      await world.begin();
      const holder = await hold(world.box, join(world.made, "run"));
      sendSignal(world.daemon, "SIGKILL");
      await untilAsked(holder);
      if (deed !== DAEMON_DIES) await DEEDS[deed]?.(world);
      await world.tell("status", "bystander");
      sendSignal(holder.pid, "SIGKILL");
    },
  };
}

const FORKED: readonly Strike[] = Object.keys(DEEDS)
  .flatMap((name) => [
    ...Object.entries(PLACES).map(([place, via]) => ({ name, ...inPlace(place, via, name) })),
    { name, ...slowExec(name) },
  ])
  .concat(PROCS.map(([name, mount, isRoot]) => ({ name, ...inProc(mount, isRoot) })));

export const PLACE_STRIKES: readonly Strike[] = [
  ...FORKED,
  ...FORKED.map((strike) => ({
    ...strike,
    name: `--dense ${strike.name}`,
    isOursAlone: true,
    options: ["--dense"],
  })),
];
