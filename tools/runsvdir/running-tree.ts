/** The scanner's part in an ordered stop: what it passes to the stop, and what that hears. */
import type { Directory } from "../../base/directory.ts";
import type { ForeignSupervisors } from "./foreign-supervisors.ts";
import type { SupervisorExit } from "./scan.ts";
import type { SharedSupervise } from "./shared.ts";

/** The supervisors at the moment at which the whole tree begins to stop. */
export interface RunningTree {
  /** The scanned directory, if it could ever be opened. */
  readonly home: Directory | undefined;
  /** The services' names, by the host's numbers for their supervisors. */
  readonly supervised: Map<number, string>;
  readonly foreign: ForeignSupervisors;
  /** The services whose supervisors cannot be told apart. */
  readonly shared: SharedSupervise | undefined;
  /** The names of the services that have no supervisor at the moment. */
  readonly others: readonly string[];
}

export interface ExitListener {
  onExit(supervisor: number, exit: SupervisorExit): void;
  onForeignExit(service: string): void;
}
