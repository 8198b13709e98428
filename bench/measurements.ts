/** All measurements, in the order of the table. A new one is a file in measure/ and a line here. */
import { chpst } from "./measure/chpst.ts";
import { churn } from "./measure/churn.ts";
import { client } from "./measure/client.ts";
import { console_ } from "./measure/console.ts";
import { dependencies } from "./measure/dependencies.ts";
import { idle } from "./measure/idle.ts";
import { notice } from "./measure/notice.ts";
import { orphans } from "./measure/orphans.ts";
import { processOne } from "./measure/process-one.ts";
import { respawn } from "./measure/respawn.ts";
import { rules } from "./measure/rules.ts";
import { sv } from "./measure/sv.ts";
import { svlogd } from "./measure/svlogd.ts";
import { trees } from "./measure/trees.ts";
import { words } from "./measure/words.ts";
import type { Measurement } from "./session.ts";

export const MEASUREMENTS: readonly Measurement[] = [
  ...sv,
  ...words,
  chpst,
  respawn,
  notice,
  idle,
  ...trees,
  ...dependencies,
  processOne,
  orphans,
  ...svlogd,
  rules,
  churn,
  client,
  console_,
];
