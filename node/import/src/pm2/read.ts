/**
 * Reads a configuration of pm2.
 *
 * The rules are those of "Ecosystem File" in pm2's documentation.
 */
import { dirname, resolve } from "node:path";
import type { Imported } from "../imported.ts";
import { ImportError, type Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { Fields, isRecord } from "../tree/fields.ts";
import { plansOf } from "./apps.ts";
import { loadConfig } from "./load.ts";

/** @param mode the NAME of the variables `env_NAME` that every application gets beside `env` */
export function readPm2(path: string, mode: string | undefined): Imported {
  const tree = loadConfig(path);
  // Without `apps`, the file is a list of them, or one.
  const isWhole = isRecord(tree.value) && Object.hasOwn(tree.value, "apps");
  const base = isWhole ? ["apps"] : [];
  const apps = isWhole && isRecord(tree.value) ? tree.value.apps : tree.value;
  const notes: Note[] = [];
  if (isWhole) {
    const top = new Fields(tree, [], tree.value);
    top.get("apps");
    notes.push(...top.rest("concerns pm2 alone"));
  }
  const plans: ProcessPlan[] = [];
  const failures: Note[] = [];
  const here = dirname(resolve(path));
  const isList = Array.isArray(apps);
  for (const [index, app] of (isList ? apps : [apps]).entries()) {
    const at = isList ? [...base, index] : base;
    try {
      plans.push(...plansOf(new Fields(tree, at, app), here, mode));
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      failures.push({ ...error.place, text: error.message });
    }
  }
  return { plans, notes, failures };
}
