/**
 * Waits for changes of a service at its event FIFO, supervise/event. A supervisor replaces the FIFO
 * after each change that it has published, and closes the old one: its readers read the end of
 * file. supervisor/event-fifo.ts is the supervisor's side.
 *
 * A reader opens the FIFO, then looks at the service, then waits, so no change is missed. It reads
 * a byte first, which fails with EAGAIN while a supervisor has the FIFO open.
 */
import * as posix from "posix";
import { ignoringErrors } from "./errors.ts";
import { openOwn } from "./own-file.ts";
import type { Reactor, Timer } from "./reactor.ts";

/**
 * The pause after a look that found nothing new: the first, and the longest; each is twice the one
 * before. So a supervisor, or the owner of supervise/, cannot keep a reader busy.
 */
const REST_MS = { first: 10, last: 1_000 } as const;
/** How often in a row to open a FIFO that was replaced as it was opened. */
const REPLACED_MAX = 3;

/** The place of an event FIFO. */
interface EventPlace {
  /** The directory that {@link path} is relative to. */
  readonly dir: number;
  /** With a slash at least: `./event` in supervise/ itself. */
  readonly path: string;
  /**
   * How often to look at a service whose supervisor, if there is one, announces nothing, in
   * milliseconds. Shortly after a supervisor has gone, looks are more frequent.
   */
  readonly absentMs: number;
}

/** The part of a reactor that a reader needs. */
type EventWaits = Pick<Reactor, "after" | "forget" | "onReadable">;

export class EventReader {
  readonly #place: EventPlace;
  readonly #waits: EventWaits;
  readonly #look: () => boolean;
  #fd: number | undefined;
  #isAnnounced = false;
  #timer: Timer | undefined;
  /** The pause after the last look. */
  #restMs = 0;
  /** The pause before the next look, if no supervisor announces changes. */
  #absentRestMs: number = REST_MS.first;
  #isClosed = false;

  /**
   * @param look looks at the service, and returns whether it has changed; may call {@link close}
   */
  constructor(place: EventPlace, waits: EventWaits, look: () => boolean) {
    this.#place = place;
    this.#waits = waits;
    this.#look = look;
  }

  /** Opens the FIFO, looks at the service, and from now on looks after each change. */
  begin(): void {
    this.#isAnnounced = this.#open();
    this.#look();
    this.#awaitNext();
  }

  /** Whether a supervisor announced changes when the FIFO was opened last. */
  get isAnnounced(): boolean {
    return this.#isAnnounced;
  }

  /** Whether no change was announced since the last look, so that it need not look again. */
  get isCurrent(): boolean {
    const fd = this.#fd;
    if (fd === undefined || !this.#isAnnounced) return false;
    const { dir, path } = this.#place;
    return posix.read(fd, 1) === undefined && isStill(dir, path, fd);
  }

  close(): void {
    this.#isClosed = true;
    this.#closeFd();
    this.#timer?.cancel();
  }

  #again(): void {
    this.#closeFd();
    this.#isAnnounced = this.#open();
    const isNew = this.#look();
    this.#restMs = isNew ? 0 : Math.min(Math.max(REST_MS.first, this.#restMs * 2), REST_MS.last);
    this.#awaitNext();
  }

  #awaitNext(): void {
    if (this.#isAnnounced) {
      this.#absentRestMs = REST_MS.first;
    } else if (!this.#isClosed) {
      // A supervisor that ends closes its FIFOs one by one: it may still have looked alive.
      this.#againAfter(this.#absentRestMs);
      this.#absentRestMs = Math.min(this.#absentRestMs * 2, this.#place.absentMs);
    }
  }

  #againAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#waits.after(delayMs, () => this.#again());
  }

  #onReady(): void {
    this.#timer?.cancel();
    this.#closeFd();
    if (this.#restMs === 0) this.#again();
    else this.#againAfter(this.#restMs);
  }

  /**
   * Opens the FIFO and waits there. Keeps one that no supervisor has open: the next supervisor
   * wakes its readers.
   *
   * @returns whether a supervisor announces changes there
   */
  #open(): boolean {
    for (let left = REPLACED_MAX; left > 0; left -= 1) {
      const { dir, path } = this.#place;
      const fd = ignoringErrors(() => openOwn(dir, path, posix.S_IFIFO, posix.O_RDONLY));
      if (fd === undefined) return false;
      const hasWriter = posix.read(fd, 1)?.length !== 0;
      if (hasWriter || isStill(dir, path, fd)) {
        this.#fd = fd;
        this.#waits.onReadable(fd, () => this.#onReady());
        return hasWriter;
      }
      posix.close(fd);
    }
    return false;
  }

  #closeFd(): void {
    if (this.#fd === undefined) return;
    this.#waits.forget(this.#fd);
    posix.close(this.#fd);
    this.#fd = undefined;
  }
}

/** Whether the name is known to lead still to the file that is open as `fd`. */
function isStill(dir: number, path: string, fd: number): boolean {
  const named = ignoringErrors(() => posix.stat(dir, path, posix.AT_SYMLINK_NOFOLLOW));
  return named !== undefined && named.id === ignoringErrors(() => posix.fstat(fd))?.id;
}
