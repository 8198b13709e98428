/**
 * The signals that a daemon of ours takes as data instead of being ended by them, and how a process that it
 * starts gets back what the daemon itself was started with: the promise of a clean process state.
 */
import * as posix from "posix";

const TAKEN = [posix.SIGCHLD, posix.SIGPIPE, posix.SIGXFSZ];

export class Signals {
  readonly fd: number;
  /** The signals that the process was started with blocked. */
  readonly inheritedMask: readonly number[];

  /**
   * Takes SIGCHLD, and the signals named; and SIGPIPE and SIGXFSZ, so that a message into a closed pipe, and a file
   * larger than the limit on files, are failed writes and not the end of supervision.
   *
   * @param always must arrive even if they were inherited ignored
   * @param unlessIgnored stay ignored where they were inherited so, as nohup(1) and `&` set them
   * @param blocked those that the process was started with blocked, where the mask does not tell any more
   */
  constructor(
    always: readonly number[],
    unlessIgnored: readonly number[],
    blocked: readonly number[] = posix.signalMask(),
  ) {
    this.inheritedMask = blocked;
    // SIGCHLD among them: while it is ignored the kernel throws exit codes away.
    for (const signal of [posix.SIGCHLD, ...always]) posix.setDisposition(signal, "default");
    const asked = unlessIgnored.filter((signal) => posix.disposition(signal) !== "ignore");
    this.fd = posix.signalOpen([...TAKEN, ...always, ...asked]);
  }

  /** The signals that came. */
  read(): number[] {
    return posix.signalRead(this.fd);
  }

  /**
   * What a process that is started here finds blocked: what this one was started with, but for SIGCHLD and SIGTERM,
   * which are unblocked whatever they were, as in the original.
   */
  get blockedAtStart(): number[] {
    return this.inheritedMask.filter(
      (signal) => signal !== posix.SIGCHLD && signal !== posix.SIGTERM,
    );
  }

  /** For a forked child: signals act again as they did when this process was started. */
  restoreInherited(): void {
    posix.signalClose(this.fd);
    posix.setSignalMask(this.blockedAtStart);
  }
}
