/** The parts of a supervisor that its dependencies use. */
import type { EntryPlace } from "./place.ts";
import type { ServiceOwner } from "./service-owner.ts";

export interface DependencyOwner extends ServiceOwner {
  /** `undefined` if nobody knows which directory the service directory is in. */
  readonly place: EntryPlace | undefined;
  /** Has the main service published again, and the change announced. */
  republish(): void;
  /** Calls `goOn` once the commands that were given before this moment have been carried out. */
  afterCommands(goOn: () => void): void;
}
