/**
 * Lets each call of each stage fail in turn: a stage is played once to count the calls that are
 * made in it, then once for each of them and each error that it can have. A call is known by the
 * way that leads to it, so the same call made from elsewhere is another one; one that an earlier
 * stage makes in the same way is not played again. In a deadly stage no call fails, and each is in
 * turn the last that its process makes.
 */

import type { Case } from "./fault-case.ts";
import { survived, unkept, type Verdict } from "./fault-tree.ts";
import { DEATH } from "./faulty/failures.ts";
import type { Scene, Stage } from "./stages/stage.ts";
import { type Fault, nameOf } from "./switch.ts";

/** How often a stage is played until the call is met: some are made only as time has it. */
const TRIES_MAX = 3;

/** The cases of these stages, of which the counting runs have to be well themselves. */
export async function sweep(stages: readonly Stage[]): Promise<Case[]> {
  const kinds = [...new Set(stages.map(({ kind }) => kind))];
  const cases = kinds.map((kind) => sweepKind(stages.filter((stage) => stage.kind === kind)));
  return (await Promise.all(cases)).flat();
}

async function sweepKind(stages: readonly Stage[]): Promise<Case[]> {
  const seen = new Set<string>();
  const cases: Case[] = [];
  for (const stage of stages) {
    for (const fault of await faultsOf(stage)) {
      const place = stage.isDeadly === true ? stage.name : "";
      const key = `${place} ${fault.strike} ${fault.site.call} ${fault.site.way}`;
      if (seen.has(key)) continue;
      seen.add(key);
      cases.push({
        kind: stage.kind,
        name: `${stage.name}: ${nameOf(fault)}`,
        isOursAlone: true,
        play: () => play(stage, fault, TRIES_MAX),
      });
    }
  }
  return cases;
}

async function faultsOf(stage: Stage): Promise<Fault[]> {
  const scene = await stage.open();
  try {
    scene.faults.count();
    await scene.act();
    const sites = scene.faults.counted();
    const { complaints } = await scene.judge();
    if (complaints.length > 0) throw new Error(`${stage.name}, without a fault: ${complaints}`);
    if (stage.isDeadly === true) return sites.map((site) => ({ site, strike: DEATH }));
    return sites.flatMap((site) => site.errnos.map((strike) => ({ site, strike })));
  } finally {
    await scene.close();
  }
}

async function play(stage: Stage, fault: Fault, tries: number): Promise<Verdict> {
  const scene = await stage.open();
  try {
    scene.faults.arm(fault);
    const verdict = await verdictOn(scene);
    if (scene.faults.hasFailed || !survived(verdict) || tries === 1) return verdict;
  } finally {
    await scene.close();
  }
  return play(stage, fault, tries - 1);
}

async function verdictOn(scene: Scene): Promise<Verdict> {
  try {
    await scene.act();
    scene.faults.clear();
    return await scene.judge();
  } catch (error) {
    return unkept(error);
  }
}
