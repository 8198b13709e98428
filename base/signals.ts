/**
 * The signals that a daemon reads from a descriptor instead of being killed by them; and the signal
 * state that it restores in each process it starts, which gets the one that the daemon itself
 * inherited. This is part of the promise of a clean process state.
 */
import * as posix from "posix";

const TAKEN = [posix.SIGCHLD, posix.SIGPIPE, posix.SIGXFSZ];

export class Signals {
  readonly fd: number;
  /** The signals that were blocked when the process started. */
  readonly inheritedMask: readonly number[];

  /**
   * Takes SIGCHLD and the given signals; also SIGPIPE and SIGXFSZ, so that a write into a closed
   * pipe, or beyond the file size limit, fails with an error and does not kill the supervisor.
   *
   * @param always taken even if they were inherited as ignored
   * @param unlessIgnored left ignored if they were inherited so, as nohup(1) and `&` set them
   * @param blocked the signals that were blocked at the start, if the mask no longer shows that
   */
  constructor(
    always: readonly number[],
    unlessIgnored: readonly number[],
    blocked: readonly number[] = posix.signalMask(),
  ) {
    this.inheritedMask = blocked;
    // Reset SIGCHLD too: the kernel discards exit codes while it is ignored.
    for (const signal of [posix.SIGCHLD, ...always]) posix.setDisposition(signal, "default");
    const asked = unlessIgnored.filter((signal) => posix.disposition(signal) !== "ignore");
    this.fd = posix.signalOpen([...TAKEN, ...always, ...asked]);
  }

  /** Returns the signals that have arrived. */
  read(): number[] {
    return posix.signalRead(this.fd);
  }

  /**
   * The signals that a new process starts with blocked: those that this one inherited, except
   * SIGCHLD and SIGTERM, which are always unblocked, as in the original.
   */
  get blockedAtStart(): number[] {
    return this.inheritedMask.filter(
      (signal) => signal !== posix.SIGCHLD && signal !== posix.SIGTERM,
    );
  }

  /** For a forked child: restores the signal handling that this process inherited. */
  restoreInherited(): void {
    posix.signalClose(this.fd);
    posix.setSignalMask(this.blockedAtStart);
  }
}
