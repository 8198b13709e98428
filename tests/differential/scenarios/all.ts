/** All scenarios, by the tool that they are about. */
import type { Scenario } from "../stage.ts";
import { EACH_COMMAND, KILLED, SEQUENCES_OF_COMMANDS } from "./runsv/commands.ts";
import { CONTROL_SCRIPTS } from "./runsv/control-scripts.ts";
import { DAEMONTOOLS } from "./runsv/daemontools.ts";
import { FINISH_SCRIPT } from "./runsv/finish-script.ts";
import { LOG_COMMANDS } from "./runsv/log-commands.ts";
import { LOG_SERVICE } from "./runsv/log-service.ts";
import { RESTART_DELAY } from "./runsv/restart-delay.ts";
import { SERVICE_DIRECTORY } from "./runsv/service-directory.ts";
import { SIGNALS } from "./runsv/signals.ts";
import { START } from "./runsv/start.ts";
import { ARGUMENTS } from "./runsvdir/arguments.ts";
import { ENTRIES } from "./runsvdir/entries.ts";
import { SCANNER_SIGNALS } from "./runsvdir/signals.ts";
import { SV_CHECK } from "./sv/check.ts";
import { SV_COMMANDS } from "./sv/commands.ts";
import { INIT_SCRIPT } from "./sv/init-script.ts";
import { SV_NAMES } from "./sv/names.ts";
import { SV_OPTIONS } from "./sv/options.ts";
import { SV_STATUS } from "./sv/status.ts";

export const RUNSV: readonly Scenario[] = [
  ...EACH_COMMAND,
  ...SEQUENCES_OF_COMMANDS,
  ...KILLED,
  ...FINISH_SCRIPT,
  ...CONTROL_SCRIPTS,
  ...LOG_SERVICE,
  ...LOG_COMMANDS,
  ...START,
  ...SERVICE_DIRECTORY,
  ...RESTART_DELAY,
  ...SIGNALS,
  ...DAEMONTOOLS,
];

export const RUNSVDIR: readonly Scenario[] = [...ENTRIES, ...SCANNER_SIGNALS, ...ARGUMENTS];

export const SV: readonly Scenario[] = [
  ...SV_COMMANDS,
  ...SV_OPTIONS,
  ...SV_NAMES,
  ...SV_STATUS,
  ...SV_CHECK,
  ...INIT_SCRIPT,
];

export const ALL: readonly Scenario[] = [...RUNSV, ...RUNSVDIR, ...SV];
