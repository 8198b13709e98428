/** Starts the control scripts of the main service, control/BYTE. */
import * as posix from "posix";
import { onPosixError } from "../base/errors.ts";
import { onExit } from "../base/spawn.ts";
import type { ControlByte } from "../protocol/control.ts";
import { launch } from "./launcher.ts";
import { sendSignal } from "./send-signal.ts";
import type { ServiceOwner } from "./service-owner.ts";
import { controlScript } from "./service-programs.ts";

const OWNER_MAY_EXECUTE = 0o100;

/** Most services have none, so they need no {@link ControlScripts}. */
export function mayHaveScripts({ optionalFiles }: Pick<ServiceOwner, "optionalFiles">): boolean {
  return optionalFiles.has("control");
}

/** The running control scripts of one service. */
export class ControlScripts {
  readonly #pids = new Map<ControlByte, number>();

  /**
   * Starts control/BYTE if it exists and its owner may execute it.
   *
   * @param ended called when it has ended; `vetoed`: it exited 0, so the signal is not sent
   * @returns `false` if there is none, or it could not be started, which is reported
   */
  start(owner: ServiceOwner, byte: ControlByte, ended: (vetoed: boolean) => void): boolean {
    const pid = startScript(owner, `control/${byte}`, (vetoed) => {
      this.#pids.delete(byte);
      ended(vetoed);
    });
    if (pid !== undefined) this.#pids.set(byte, pid);
    return pid !== undefined;
  }

  kill(): void {
    for (const pid of this.#pids.values()) sendSignal(pid, posix.SIGKILL);
  }
}

function startScript(
  owner: ServiceOwner,
  name: string,
  ended: (vetoed: boolean) => void,
): number | undefined {
  return onPosixError<number | undefined>(
    () => {
      const found = posix.stat(owner.home.fd, name, 0);
      if (found === undefined || (found.mode & OWNER_MAY_EXECUTE) === 0) return undefined;
      owner.flushStatus(); // the script may read the files
      const program = controlScript(name, owner);
      const spawned = launch(owner, { role: "main", program });
      onExit(owner.context.reactor, spawned, ({ code }) => ended(code === 0));
      return spawned.pid;
    },
    (error) => {
      const action = error.call === "fork" ? "fork for" : "stat";
      owner.report.warn(`unable to ${action} ${name}`, error);
      return undefined;
    },
  );
}
