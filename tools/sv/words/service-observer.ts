/**
 * Looks at a service now, and after each change: by the event FIFO of its supervisor, or, without
 * one, by inotify. While nothing happens it costs nothing.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";
import type { Timer } from "../../../base/reactor.ts";
import type { ServiceEvents } from "../event-source.ts";
import { lookAt } from "../live-status.ts";
import type { NamedService } from "../service.ts";
import { ServiceWatch } from "../service-watch.ts";
import { closeUnlessSpare } from "../spare-descriptors.ts";
import type { ServiceView } from "./service-view.ts";
import { viewOf } from "./view.ts";

/**
 * A supervisor that starts makes files, which are events, and opens `ok` shortly after that: the
 * delays of further looks, each twice the one before.
 */
const LOOK_AGAIN_MS = { first: 1, last: 1_000 } as const;

export class ServiceObserver {
  readonly #service: NamedService;
  readonly #events: ServiceEvents;
  readonly #onLook: (view: ServiceView) => void;
  #announced: ServiceWatch | undefined;
  #lookAgain: Timer | undefined;
  /** `ok` of a supervisor that announces nothing, to notice its end. */
  #ok: number | undefined;
  #hasEnded = false;

  /** @param onLook may call {@link end} */
  constructor(service: NamedService, events: ServiceEvents, onLook: (view: ServiceView) => void) {
    this.#service = service;
    this.#events = events;
    this.#onLook = onLook;
  }

  /** Looks for the first time. */
  begin(): void {
    this.#awaitEvents();
    if (this.#announced === undefined) this.#awaitFiles();
  }

  end(): void {
    this.#hasEnded = true;
    this.#announced?.end();
    this.#lookAgain?.cancel();
    this.#events.endPoll(this.#onFile);
    this.#closeOk();
  }

  /** Looks, and waits at the event FIFO if a supervisor announces changes there. */
  #awaitEvents(): void {
    if (this.#hasEnded) return;
    const watch = new ServiceWatch(this.#service, this.#events, () => this.look());
    const isAnnounced = watch.awaitEvents(); // it looks at once
    if (isAnnounced && !this.#hasEnded) this.#announced = watch;
    else watch.end();
  }

  /** Without a supervisor that announces changes. */
  #awaitFiles(): void {
    if (this.#hasEnded) return;
    this.#watchFiles();
    this.#awaitEnd();
    this.look(); // at changes from before the watch
  }

  /** Without a service directory, watches its place. */
  #watchFiles(): void {
    if (this.#seesChanges()) this.#events.endPoll(this.#onFile);
    else this.#events.poll(this.#onFile);
  }

  #seesChanges(): boolean {
    const { path } = this.#service;
    const seesStatus = this.#events.watch(this.#service.file("supervise"), undefined, this.#onFile);
    if (this.#events.watch(path, "supervise", this.#onFile)) {
      // `sv grant` lets a group enter supervise/, but not list it, as a watch would.
      return seesStatus || !isThere(this.#service.file("supervise/status"));
    }
    const { parent, name } = splitPath(path);
    const isWatched = this.#events.watch(parent, name, this.#onFile);
    // A link that leads nowhere can come to lead to a directory without a change of its own.
    return isWatched && !isThere(path);
  }

  /** Notices the end of a supervisor that announces nothing. */
  #awaitEnd(): void {
    if (this.#ok !== undefined) return;
    const seen = lookAt(this.#service);
    if (seen.is === "failure") return;
    this.#ok = closeUnlessSpare(seen.ok);
    if (this.#ok === undefined) return;
    this.#events.onHangUp(this.#ok, () => {
      this.#closeOk();
      this.#onFile();
    });
  }

  readonly #onFile = (): void => {
    if (this.#announced !== undefined || this.#hasEnded) return;
    this.#watchFiles(); // directories may have been made or replaced
    this.look();
    this.#lookSoon(LOOK_AGAIN_MS.first);
  };

  #lookSoon(delayMs: number): void {
    this.#lookAgain?.cancel();
    if (this.#hasEnded || delayMs > LOOK_AGAIN_MS.last) return;
    this.#lookAgain = this.#events.after(delayMs, () => {
      this.#awaitEvents();
      if (this.#announced !== undefined) return;
      this.#awaitEnd();
      this.#lookSoon(delayMs * 2);
    });
  }

  /** Looks again without an event. */
  look(): void {
    if (this.#hasEnded) return;
    const view = viewOf(this.#service, { now: posix.clockReal() });
    this.#onLook(view);
    if (view.live !== undefined || this.#announced === undefined || this.#hasEnded) return;
    // The supervisor has gone.
    this.#announced.end();
    this.#announced = undefined;
    this.#awaitFiles();
  }

  #closeOk(): void {
    if (this.#ok !== undefined) this.#events.close(this.#ok);
    this.#ok = undefined;
  }
}

function isThere(path: string): boolean {
  const look = () => posix.stat(posix.AT_FDCWD, path, posix.AT_SYMLINK_NOFOLLOW);
  return ignoringErrors(look) !== undefined;
}

function splitPath(path: string): { readonly parent: string; readonly name: string } {
  let end = path.length;
  while (end > 1 && path.charAt(end - 1) === "/") end -= 1;
  const at = path.lastIndexOf("/", end - 1);
  return { parent: path.slice(0, at + 1) || ".", name: path.slice(at + 1, end) };
}
