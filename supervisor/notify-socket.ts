/**
 * The socket of `notify-socket`: systemd's datagram protocol. Its abstract name is new at each
 * start, and nobody can guess it, so messages come from this run alone. Binding it again after a
 * takeover needs no file, and it works for any user, and in a chroot.
 *
 * Source: sd_notify(3) of systemd.
 */
import * as posix from "posix";
import { closeIgnoringErrors } from "../base/descriptors.ts";
import { ignoringErrors } from "../base/errors.ts";
import type { Reactor } from "../base/reactor.ts";
import { type NotifyMessage, readNotifyMessage } from "../protocol/notify.ts";
import type { Senders } from "./readiness-state.ts";

/** What precedes the random digits of a name. */
const NAME_START = "runits/";
const RANDOM_BYTES = 16;
/** A longer message is ignored, as systemd does it. */
const MESSAGE_MAX_BYTES = 4_096;
/** Messages read in one turn; the rest wait for the next one. */
const MESSAGES_MAX = 64;
const ROOT = 0;

/** @throws {PosixError} */
export function newSocketName(): string {
  const bytes = posix.readText(posix.AT_FDCWD, "/dev/urandom", RANDOM_BYTES) ?? "";
  if (bytes.length !== RANDOM_BYTES) throw new RangeError("no random bytes");
  return [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** The value of the variable `NOTIFY_SOCKET`. */
export function notifyAddress(name: string): string {
  return `@${NAME_START}${name}`;
}

export class NotifySocket {
  #fd: number | undefined;
  readonly #reactor: Reactor;

  private constructor(fd: number, reactor: Reactor) {
    this.#fd = fd;
    this.#reactor = reactor;
  }

  /**
   * Makes the socket, unless this process had it before it re-execed.
   *
   * @throws {PosixError}
   */
  static open(name: string, kept: number | undefined, reactor: Reactor): NotifySocket {
    if (kept !== undefined) return new NotifySocket(kept, reactor);
    const fd = posix.localSocket();
    try {
      posix.passCredentials(fd);
      posix.bindAbstract(fd, NAME_START + name);
    } catch (error) {
      posix.close(fd);
      throw error;
    }
    return new NotifySocket(fd, reactor);
  }

  get fd(): number | undefined {
    return this.#fd;
  }

  /** @param received called with each message that counts: see {@link Senders} */
  watch(pid: number, senders: Senders, received: (message: NotifyMessage) => void): void {
    if (this.#fd === undefined) return;
    this.#reactor.onReadable(this.#fd, () => this.read(pid, senders, received));
  }

  /** Reads the messages that are there now. */
  read(pid: number, senders: Senders, received: (message: NotifyMessage) => void): void {
    for (let count = 0; count < MESSAGES_MAX; count += 1) {
      const fd = this.#fd; // a message may close it
      const datagram =
        fd === undefined ? undefined : ignoringErrors(() => posix.receive(fd, MESSAGE_MAX_BYTES));
      if (datagram === undefined) return;
      if (!datagram.isCut && counts(datagram, pid, senders)) {
        received(readNotifyMessage(datagram.bytes));
      }
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    this.#reactor.forget(this.#fd);
    closeIgnoringErrors(this.#fd);
    this.#fd = undefined;
  }
}

function counts(sender: posix.Datagram, pid: number, senders: Senders): boolean {
  if (sender.pid === pid) return true;
  return senders === "all" && (sender.uid === ROOT || sender.uid === userOf(pid));
}

/** The user of a process, at this moment; `undefined` if that cannot be found out. */
function userOf(pid: number): number | undefined {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, `/proc/${pid}`, 0))?.uid;
}
