/** All stages of the sweep. */
import { CHPST_STAGES } from "./chpst.ts";
import { DEPENDENCY_STAGES } from "./dependencies.ts";
import { GROUP_STAGES } from "./group.ts";
import { OUTPUT_STAGES } from "./output.ts";
import { PROCESS_ONE_STAGES } from "./process-one.ts";
import { READINESS_STAGES } from "./readiness.ts";
import type { Stage } from "./stage.ts";
import { STOP_STAGES } from "./stop.ts";
import { SV_STAGES } from "./sv.ts";
import { SVLOGD_STAGES } from "./svlogd.ts";
import { TREE_STAGES } from "./tree.ts";

export const STAGES: readonly Stage[] = [
  ...TREE_STAGES,
  ...GROUP_STAGES,
  ...OUTPUT_STAGES,
  ...READINESS_STAGES,
  ...SVLOGD_STAGES,
  ...SV_STAGES,
  ...CHPST_STAGES,
  ...PROCESS_ONE_STAGES,
  ...STOP_STAGES,
  ...DEPENDENCY_STAGES,
];
