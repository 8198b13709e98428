/**
 * The processes of a service in a compose file.
 *
 * Its rules are those of "Services top-level elements" in the Compose Specification.
 */
import { resolve } from "node:path";
import { accountNotes, withGroups } from "../accounts.ts";
import { variableNotes } from "../environment.ts";
import { ImportError } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { serviceName } from "../service-name.ts";
import { type Fields, isRecord } from "../tree/fields.ts";
import { signalIn, wordsIn } from "../tree/texts.ts";
import { healthOf } from "./health.ts";
import { limitsOf } from "./limits.ts";
import { logNotes, logOf } from "./logs.ts";
import { durationMs } from "./values.ts";

/** What a service has to know of the others. */
export interface Others {
  /** How many processes each has. */
  readonly counts: ReadonlyMap<string, number>;
  /** Those that others wait for until they have ended. */
  readonly awaited: ReadonlySet<string>;
}

interface ServiceSource {
  readonly name: string;
  readonly fields: Fields;
  /** The directory of the file. */
  readonly here: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly others: Others;
}

/** What docker takes without `stop_grace_period`. */
const GRACE_MS = 10_000;
/** Docker's own umask for containers. */
const UMASK = "022";
const COMPLETED = "service_completed_successfully";

const LOST: Readonly<Record<string, string>> = {
  image: "its programs have to be on this machine",
  build: "what it builds has to be on this machine",
  ports: "the program listens by itself; nothing maps ports",
  expose: "nothing hides ports",
  volumes: "paths are those of this machine",
  networks: "the network is that of this machine",
  cap_add: "programs of root have all capabilities; see --cap-keep in chpst(8)",
  mem_limit: "set it for the container that holds the tree, or see --limit as in chpst(8)",
  profiles: "there are none; a file down keeps a service from starting",
  container_name: "the service directory has the name of the service",
  hostname: "the name is that of this machine",
};
/** Nothing is lost without these here. */
const POINTLESS = ["init", "stdin_open", "tty", "pull_policy"] as const;

export function plansOf(source: ServiceSource): readonly ProcessPlan[] {
  return namesOf(source.name, source.others).map((name) => planOf(source, name));
}

/** Whether a service of `depends_on` has to end before the other starts. */
export function isNeededDone(dependency: Fields | undefined): boolean {
  return dependency?.text("condition") === COMPLETED;
}

function namesOf(name: string, { counts }: Others): readonly string[] {
  const count = counts.get(name) ?? 1;
  if (count === 1) return [name];
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

function planOf(source: ServiceSource, name: string): ProcessPlan {
  const { fields, here, variables, others } = source;
  const place = fields.place();
  const command = [...wordsIn(fields, "entrypoint"), ...wordsIn(fields, "command")];
  if (command.length === 0)
    throw new ImportError(place, "there is no command (the image has it): left out");
  const environment = environmentOf(fields, variables);
  const user = fields.text("user");
  const stopSignal = signalIn(fields, "stop_signal");
  const health = healthOf(fields);
  const limits = limitsOf(fields);
  const restart = restartOf(fields);
  const depends = dependenciesOf(fields, others);
  const isAwaited = others.awaited.has(source.name);
  for (const pointless of POINTLESS) fields.get(pointless);
  fields.get("scale");
  const deploy = fields.fields("deploy");
  deploy?.get("replicas");
  return {
    name: serviceName(name, place),
    origin: { ...place, title: `services.${source.name}` },
    command,
    directory: resolve(here, fields.text("working_dir") ?? "."),
    user: user === undefined ? undefined : userOf(user),
    umask: UMASK,
    environment,
    environmentFiles: environmentFilesOf(fields, here),
    environmentWins: true,
    ...logOf(fields),
    stopSignal: stopSignal === "TERM" ? undefined : stopSignal,
    killTimeoutMs: Math.max(timeOf(fields, "stop_grace_period") ?? GRACE_MS, 1),
    // A container ends with its first process.
    ownsGroup: true,
    restartPolicy: isAwaited && restart.policy === undefined ? "never" : restart.policy,
    maxCrashes: restart.maxCrashes,
    startsDown: false,
    isOneShot: isAwaited,
    chpst: limits.options,
    needs: depends.needs,
    after: depends.after,
    check: health.check,
    numbers: health.numbers,
    notes: [
      ...health.notes,
      ...limits.notes,
      ...logNotes(fields),
      ...accountNotes(user?.split(":")[0], fields.place("user"), "user"),
      ...variableNotes(environment.keys(), place),
      ...fields.notes(LOST),
      ...(fields.has("working_dir")
        ? []
        : [{ ...place, text: "working_dir: the image's is unknown; this is that of the file" }]),
      ...(deploy?.rest("deploy: has no counterpart here") ?? []),
      ...fields.rest("has no counterpart here"),
    ],
  };
}

/** A variable without a value has that of docker-compose, if it has one. */
function environmentOf(
  fields: Fields,
  variables: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const map = fields.fields("environment");
  const pairs: (readonly [string, string | undefined])[] =
    map !== undefined
      ? map.names.map((name) => [name, map.text(name)])
      : (fields.list("environment") ?? []).map((text) => {
          const at = text.indexOf("=");
          return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
        });
  const environment = new Map<string, string>();
  for (const [name, value] of pairs) {
    const known = value ?? variables.get(name);
    if (known !== undefined) environment.set(name, known);
  }
  return environment;
}

function environmentFilesOf(fields: Fields, here: string): ProcessPlan["environmentFiles"] {
  const value = fields.get("env_file");
  const files: readonly unknown[] = Array.isArray(value)
    ? value
    : value === undefined
      ? []
      : [value];
  return files.map((file) => {
    const { path, required = true } = isRecord(file) ? file : { path: file };
    if (typeof path !== "string")
      throw new ImportError(fields.place("env_file"), "env_file: no path");
    return { path: resolve(here, path), isOptional: required === false };
  });
}

/** Numbers, and names with a group, as chpst takes them. */
function userOf(user: string): string {
  const [name = "", group] = user.split(":");
  if (group === undefined) return withGroups(name);
  return /^\d+$/.test(name) && /^\d+$/.test(group) ? `:${user}` : user;
}

function restartOf(fields: Fields): { readonly policy?: string; readonly maxCrashes?: number } {
  const text = fields.text("restart") ?? "no";
  const [, word, times] = /^([a-z-]+?)(?::(\d+))?$/.exec(text) ?? [];
  switch (word) {
    case "no":
      return { policy: "never" };
    case "always":
    case "unless-stopped":
      return {};
    case "on-failure":
      // The first start is none of its retries.
      return { policy: "on-failure", ...(times && { maxCrashes: Number(times) + 1 }) };
    default:
      throw new ImportError(fields.place("restart"), `restart: no policy ${text}`);
  }
}

function timeOf(fields: Fields, name: string): number | undefined {
  const text = fields.text(name);
  if (text === undefined) return undefined;
  const ms = durationMs(text);
  if (ms === undefined) throw new ImportError(fields.place(name), `${name}: no duration`);
  return ms;
}

function dependenciesOf(
  fields: Fields,
  others: Others,
): Required<Pick<ProcessPlan, "needs" | "after">> {
  const map = fields.fields("depends_on");
  const needs = new Map<string, "" | "restart">();
  const after: string[] = [];
  for (const name of map?.names ?? fields.list("depends_on") ?? []) {
    if (!others.counts.has(name)) {
      throw new ImportError(fields.place("depends_on"), `depends_on: there is no service ${name}`);
    }
    const one = map?.fields(name);
    const isRequired = one?.boolean("required") ?? true;
    const text = one?.boolean("restart") === true ? "restart" : "";
    for (const other of namesOf(name, others)) {
      const file = serviceName(other, fields.place("depends_on"));
      if (isRequired) needs.set(file, text);
      else after.push(file);
    }
  }
  return { needs, after };
}
