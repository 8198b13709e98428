/**
 * The supervisors that this runsvdir did not start, by the services that they supervise: found
 * before runsvdir would start one of its own, and left alone until they exit.
 */
import type { Reactor } from "../../base/reactor.ts";
import { ForeignSupervisor } from "./foreign-supervisor.ts";
import type { SupervisedService } from "./scan.ts";
import type { SharedSupervise } from "./shared.ts";

/** An uncertain service is examined again at most this often. */
const DOUBTS_MAX = 10;

export class ForeignSupervisors {
  readonly #reactor: Reactor;
  /** By the services' ids. */
  readonly #supervisors = new Map<string, ForeignSupervisor>();
  /**
   * How often in a row it was uncertain whether a service has a supervisor, by the service's id.
   */
  readonly #doubts = new Map<string, number>();

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
  }

  /**
   * Looks for a supervisor of a service.
   *
   * @param shared the services of the directory whose supervisors cannot be told apart
   * @param onExit called once that supervisor has exited
   * @returns `"unsure"` if the service has to be examined again in a moment
   */
  look(
    { id, name }: SupervisedService,
    shared: SharedSupervise,
    onExit: () => void,
  ): "found" | "unsure" | "none" {
    const known = this.#supervisors.get(id); // its entry was removed, and has come back
    const found = known ?? this.#find(name, shared);
    if (found === "unsure") return this.#mayDoubt(id) ? "unsure" : "none";
    this.#doubts.delete(id);
    if (found === undefined) return "none";
    this.#supervisors.set(id, found);
    found.onGone(() => {
      this.#supervisors.delete(id);
      onExit();
    });
    return "found";
  }

  /** Commands the supervisor of a service to exit, if there is one. */
  terminate(id: string): void {
    this.#supervisors.get(id)?.terminate();
  }

  /**
   * Commands the supervisors of these services to exit, and watches none any more. That frees the
   * descriptors to reach the supervisors that could not be watched for lack of them.
   */
  terminateAll(services: Iterable<SupervisedService>, shared: SharedSupervise | undefined): void {
    for (const supervisor of this.#supervisors.values()) {
      supervisor.terminate();
      supervisor.close();
    }
    this.#supervisors.clear();
    for (const { id, name } of services) {
      if (!this.#doubts.has(id)) continue;
      this.#commandUnwatched(name, shared, (found) => found.terminate());
    }
  }

  /**
   * Commands the supervisor of a service to exit for good, if it has one that is not watched.
   *
   * @returns whether it has
   */
  stopUnwatched(name: string, shared: SharedSupervise | undefined): boolean {
    return this.#commandUnwatched(name, shared, (found) => found.stopForGood());
  }

  /** The names of their services, by the services' ids; of a removed service too. */
  get names(): ReadonlyMap<string, string> {
    return new Map([...this.#supervisors].map(([id, { name }]) => [id, name]));
  }

  /** Commands all of them to exit, for good if they are of runits. */
  stopForGood(): void {
    for (const supervisor of this.#supervisors.values()) supervisor.stopForGood();
  }

  reexec(): void {
    for (const supervisor of this.#supervisors.values()) supervisor.reexec();
  }

  /** Call this when the service's entry is gone. */
  forgetDoubts(id: string): void {
    this.#doubts.delete(id);
  }

  closeInChild(): void {
    for (const supervisor of this.#supervisors.values()) supervisor.closeInChild();
  }

  #find(name: string, shared: SharedSupervise): ForeignSupervisor | "unsure" | undefined {
    const found = ForeignSupervisor.find(shared.home, name, this.#reactor);
    if (found === undefined || !shared.has(name)) return found;
    if (found !== "unsure") found.close();
    return undefined;
  }

  #commandUnwatched(
    name: string,
    shared: SharedSupervise | undefined,
    command: (found: ForeignSupervisor) => void,
  ): boolean {
    const found = shared && this.#find(name, shared);
    if (found === undefined || found === "unsure") return false;
    command(found);
    found.close();
    return true;
  }

  #mayDoubt(id: string): boolean {
    const doubts = (this.#doubts.get(id) ?? 0) + 1;
    this.#doubts.set(id, doubts);
    return doubts <= DOUBTS_MAX;
  }
}
