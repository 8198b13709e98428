/** The end of the system: every process is killed, and a child syncs, and powers off or reboots. */
import * as posix from "posix";
import { ignoringErrors } from "../../base/errors.ts";
import type { Reactor } from "../../base/reactor.ts";
import { clear, isSet } from "../../base/shutdown-files.ts";
import { fork } from "../../base/spawn.ts";
import { HALT, type ShutdownFiles } from "../../protocol/shutdown.ts";
import type { Console } from "./console.ts";
import { NO_SYNC } from "./stages.ts";

/** The kernel may need a moment for the power; then the system halts. */
const POWER_OFF_MS = 2_000;
/** How long seven ctrl-alt-del requests wait for the disks. */
const URGENT_SYNC_MS = 2_000;

/** @param deciding the files of the shutdown: each may make it a reboot */
export function finish(
  reactor: Reactor,
  console: Console,
  deciding: readonly ShutdownFiles[],
): void {
  console.say("sending KILL signal to all processes...");
  ignoringErrors(() => posix.kill(-1, posix.SIGKILL)); // ESRCH: there is none
  const isReboot = deciding.some(({ reboot }) => isSet(reboot));
  const isHalt = isSet(HALT);
  for (const path of [HALT, ...deciding.map(({ reboot }) => reboot)]) {
    ignoringErrors(() => clear(path)); // the file system may be read-only by now
  }
  const end = () => {
    if (isReboot) {
      console.say("system reboot.");
      call("reboot");
    } else if (!isHalt) {
      console.say("power off...");
      call("power-off");
      posix.poll(new ArrayBuffer(0), 0, POWER_OFF_MS);
    }
    console.say("system halt.");
    call("halt");
    return 0;
  };
  // If the call ends the process that makes it, that had better not be process 1.
  if (ignoringErrors(() => fork("runit", reactor.signals, end)) === undefined) end();
}

/** Reboots after at most {@link URGENT_SYNC_MS}. */
export function rebootAtOnce(reactor: Reactor): void {
  const reboot = () => ignoringErrors(() => posix.reboot("reboot"));
  const sync = () => {
    posix.sync();
    return 0;
  };
  const child = ignoringErrors(() => fork("runit", reactor.signals, sync));
  if (child === undefined) {
    reboot();
    return;
  }
  const late = reactor.after(URGENT_SYNC_MS, reboot);
  reactor.onExit(child, () => {
    late.cancel();
    reboot();
  });
}

function call(how: "reboot" | "power-off" | "halt"): void {
  if (ignoringErrors(() => posix.stat(posix.AT_FDCWD, NO_SYNC, 0)) === undefined) posix.sync();
  ignoringErrors(() => posix.reboot(how));
}
