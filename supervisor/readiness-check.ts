/**
 * Runs ./check for the supervisor, as ./run is run, but in a process group of its own, which gets
 * KILL when its time is over. If the supervisor is killed, ./check is too.
 */
import * as posix from "posix";
import { ignoringErrors } from "../base/errors.ts";
import type { Timer } from "../base/reactor.ts";
import { onExit, spawn } from "../base/spawn.ts";
import { type ExitResult, exitResult } from "../protocol/history.ts";
import type { ServiceOwner } from "./service-owner.ts";
import { checkProgram, execProblem } from "./service-programs.ts";

export class RunningCheck {
  readonly #group: number;
  readonly #timer: Timer;
  #isKilled = false;

  /**
   * @param ended called when it has ended; with `undefined` after {@link kill}
   * @throws {PosixError} `fork` failed
   */
  constructor(
    owner: ServiceOwner,
    timeoutMs: number,
    ended: (end: ExitResult | undefined) => void,
  ) {
    const { reactor, closeFrom } = owner.context;
    const program = checkProgram(owner);
    const spawned = spawn({
      name: "runsv",
      signals: reactor.signals,
      prepare: () => {
        ignoringErrors(() => posix.setParentDeathSignal(posix.SIGKILL));
        const prepared = program.prepare();
        // Fails if runsvdir -P --dense has made it lead a session, and so a group of its own.
        ignoringErrors(() => posix.setpgid(0, 0));
        return prepared;
      },
      onExecFailed: (error) => {
        owner.warnOnce(execProblem(program, error));
        return 1;
      },
      fds: { stdout: owner.logPipe?.pipe?.writer, closeFrom },
    });
    this.#group = spawned.pid;
    this.#timer = reactor.after(timeoutMs, () => this.#signalGroup());
    onExit(reactor, spawned, (exit) => {
      this.#timer.cancel();
      ended(this.#isKilled ? undefined : exitResult(exit));
    });
  }

  kill(): void {
    this.#isKilled = true;
    this.#signalGroup();
  }

  #signalGroup(): void {
    ignoringErrors(() => posix.kill(-this.#group, posix.SIGKILL));
  }
}
