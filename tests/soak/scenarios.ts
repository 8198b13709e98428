/** All that is soaked, in the order of the table. */
import { bytes } from "./bytes.ts";
import { commands } from "./commands.ts";
import { restarts } from "./restarts.ts";
import type { Scenario } from "./scenario.ts";
import { services } from "./services.ts";

export const SCENARIOS: readonly Scenario[] = [...restarts, ...commands, ...services, ...bytes];
