/**
 * Makes tests of scenarios: each is played by the original and by ours; if sv has a part in it,
 * also by each suite's sv with the other's runsv. All transcripts have to be the same.
 *
 * An intended difference is the doing of one tool, the one in whose part of docs/differences.md
 * its row stands. So the transcripts may differ only with who plays that tool, and do not with who
 * plays the other.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  type DifferenceKey,
  debian,
  documentedDifferences,
  originalInPlace,
  ours,
} from "../support/suite.ts";
import { compareWithRetries } from "./retry.ts";
import { type Cast, type Played, play, type Scenario } from "./stage.ts";

/** Scenarios mostly wait; more at once than processors there are. */
const AT_ONCE = 6;
const skip = debian.missing ?? false;

type Role = keyof Cast;
interface Performance extends Played {
  readonly cast: Cast;
}

/** @param lacks why these cannot run if they need more than the original */
export function compare(title: string, scenarios: readonly Scenario[], lacks?: string): void {
  const count = { scenarios: 0, crossed: 0, plays: 0, meant: 0, again: 0 };
  describe(title, { concurrency: AT_ONCE }, () => {
    for (const scenario of scenarios) {
      test(scenario.name, { skip: lacks ?? skip }, async (t) => {
        count.again += await compareWithRetries(t, async () => {
          const performances = await playAll(scenario);
          examine(scenario, performances);
          count.scenarios++;
          count.plays += performances.length;
          if (performances.length > 2) count.crossed++;
          if (scenario.differs !== undefined) count.meant++;
        });
      });
    }
    after(() => {
      console.log(
        `${title}: ${count.scenarios} scenarios compared in ${count.plays} plays, ` +
          `${count.crossed} of them with each sv and each runsv; ` +
          `${count.meant} differ as documented; ${count.again} times played again`,
      );
    });
  });
}

async function playAll(scenario: Scenario): Promise<Performance[]> {
  const perform = async (casts: readonly Cast[]) => {
    // All are over, also if one fails: nothing runs on beside the next attempt.
    const plays = await Promise.allSettled(casts.map((cast) => play(scenario, cast)));
    return plays.map((outcome, index) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return { cast: casts[index]!, ...outcome.value };
    });
  };
  const own = await perform([
    { runsv: debian, sv: debian },
    { runsv: ours, sv: ours },
  ]);
  if (!own.some(({ isCommanded }) => isCommanded)) return own;
  const crossed = await perform([
    { runsv: debian, sv: ours },
    { runsv: ours, sv: debian },
  ]);
  return [...own, ...crossed];
}

/** Differences of our sv that need our runsv, which publishes more than the original does. */
const BOTH_OURS: readonly DifferenceKey[] = ["sv-start-failure"];

/** @throws if the performances are not the same, or differ otherwise than they are meant to */
function examine({ differs }: Scenario, performances: readonly Performance[]): void {
  const role = differs === undefined || originalInPlace ? undefined : roleOf(differs);
  const needsBoth = differs !== undefined && BOTH_OURS.includes(differs);
  const isMine = ({ cast }: Performance) =>
    needsBoth ? cast.sv === ours && cast.runsv === ours : cast[role ?? "sv"] === ours;
  const mine = role === undefined ? performances : performances.filter(isMine);
  const theirs = role === undefined ? performances : performances.filter((one) => !isMine(one));
  for (const group of [theirs, mine]) {
    for (const one of group) same(one, group[0] ?? one);
  }
  if (role === undefined) return;
  assert.notEqual(mine[0]?.transcript, theirs[0]?.transcript, `${differs} makes no difference`);
}

/** The part in which a suite makes the difference. */
function roleOf(key: DifferenceKey): Role {
  const tool = documentedDifferences().get(key);
  assert.ok(tool !== undefined, `docs/differences.md has no row \`${key}\``);
  return tool === "sv" ? "sv" : "runsv";
}

function same(one: Performance, other: Performance): void {
  const tell = ({ cast }: Performance) => `runsv: ${cast.runsv.name}, sv: ${cast.sv.name}`;
  if (one.transcript === other.transcript) return;
  const [mine, theirs] = [one, other].map(({ transcript }) => transcript.split("\n"));
  assert.deepEqual(mine, theirs, `${tell(one)}, is not as ${tell(other)}`);
}
