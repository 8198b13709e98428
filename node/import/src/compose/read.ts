/** Reads a file of docker-compose: each service becomes a process on this machine. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { Imported } from "../imported.ts";
import { ImportError, type Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { Fields, isRecord } from "../tree/fields.ts";
import { parseTree, type SourceTree, type TreePath } from "../tree/source-tree.ts";
import { InterpolationError, interpolate } from "./interpolate.ts";
import { isNeededDone, type Others, plansOf } from "./services.ts";

/** @throws {ImportError} the file is none of docker-compose */
export function readCompose(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Imported {
  const notes: Note[] = [];
  const here = dirname(resolve(path));
  // Its own environment counts more than the file .env.
  const pairs = [...Object.entries(envFileIn(here)), ...Object.entries(environment)];
  const variables = new Map(pairs.map(([name, value]) => [name, value ?? ""]));
  const tree = interpolated(parseTree(readFileSync(path, "utf8"), path), variables, notes);
  const top = new Fields(tree, [], tree.value);
  const services = top.fields("services");
  if (services === undefined) throw new ImportError(top.place(), "there are no services");
  // Those with x- mean nothing to compose itself.
  const pointless = ["version", "name", ...top.names.filter((name) => name.startsWith("x-"))];
  for (const name of pointless) top.get(name);
  notes.push(...top.rest("concerns containers alone"));
  const others = othersOf(services);
  const plans: ProcessPlan[] = [];
  const failures: Note[] = [];
  for (const name of services.names) {
    try {
      const fields = services.fields(name);
      if (fields === undefined) throw new ImportError(services.place(name), "is no map");
      plans.push(...plansOf({ name, fields, here, variables, others }));
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      failures.push({ ...error.place, text: `[${name}] ${error.message}` });
    }
  }
  return { plans, notes, failures };
}

function envFileIn(here: string): Readonly<Record<string, string | undefined>> {
  const path = join(here, ".env");
  return existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
}

/** How many processes each service has, and which ones others wait for until they have ended. */
function othersOf(services: Fields): Others {
  const counts = new Map<string, number>();
  const awaited = new Set<string>();
  for (const name of services.names) {
    const fields = services.fields(name);
    const replicas = fields?.fields("deploy")?.count("replicas");
    counts.set(name, fields?.count("scale") ?? replicas ?? 1);
    const depends = fields?.fields("depends_on");
    for (const other of depends?.names ?? []) {
      if (isNeededDone(depends?.fields(other))) awaited.add(other);
    }
  }
  return { counts, awaited };
}

/** The tree with the values of variables in its texts. */
function interpolated(
  tree: SourceTree,
  variables: ReadonlyMap<string, string>,
  notes: Note[],
): SourceTree {
  const { file, lineOf } = tree;
  const visit = (value: unknown, path: TreePath): unknown => {
    if (typeof value === "string") {
      const onMissing = (name: string): void => {
        notes.push({ file, line: lineOf(path), text: `there is no variable ${name}; it is empty` });
      };
      try {
        return interpolate(value, variables, onMissing);
      } catch (error) {
        if (!(error instanceof InterpolationError)) throw error;
        throw new ImportError({ file, line: lineOf(path) }, error.message);
      }
    }
    if (Array.isArray(value)) return value.map((one, index) => visit(one, [...path, index]));
    if (!isRecord(value)) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, one]) => [key, visit(one, [...path, key])]));
  };
  return { ...tree, value: visit(tree.value, []) };
}
