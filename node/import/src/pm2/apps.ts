/** The processes of an application in a configuration of pm2. */
import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { accountNotes, withGroups } from "../accounts.ts";
import { variableNotes } from "../environment.ts";
import { ImportError, type Note } from "../note.ts";
import { DEFAULT_LOG, type ProcessPlan } from "../process-plan.ts";
import { serviceName } from "../service-name.ts";
import { type Fields, isRecord } from "../tree/fields.ts";
import { signalIn, wordsIn } from "../tree/texts.ts";
import { restartOf } from "./restart.ts";

/** pm2's own values. */
const KILL_TIMEOUT_MS = 1_600;
const STOP_SIGNAL = "INT";

const INTERPRETERS: Readonly<Record<string, string>> = {
  ".js": "node",
  ".cjs": "node",
  ".mjs": "node",
  ".ts": "node",
  ".py": "python3",
  ".sh": "bash",
  ".rb": "ruby",
  ".pl": "perl",
  ".php": "php",
};

const LOST: Readonly<Record<string, string>> = {
  watch: "nothing watches files",
  ignore_watch: "nothing watches files",
  max_memory_restart: "see --max-old-space-size of node, or --limit as in chpst(8)",
  cron_restart: "cron can run sv restart",
  wait_ready: "there is no channel for process.send; see notify-socket in runsv(8)",
  listen_timeout: "see timeout-ready in runsv(8)",
  min_uptime: "max-death-tally counts all crashes, however long the process ran; see runsv(8)",
  shutdown_with_message: "there is no channel for messages; the stop signal has to do",
  merge_logs: "each process has its own log",
  combine_logs: "each process has its own log",
  log_date_format: "svlogd writes its own times",
  time: "svlogd writes its own times",
  out_file: "the log is in log/main",
  error_file: "the log is in log/main",
  log_file: "the log is in log/main",
};

/** @param here the directory of the file */
export function plansOf(
  fields: Fields,
  here: string,
  mode: string | undefined,
): readonly ProcessPlan[] {
  const count = instancesOf(fields);
  const plans = Array.from({ length: count.number }, (_, index) =>
    planOf(fields, { here, mode, index, isOneOf: count.number > 1 }),
  );
  const isCluster = count.isSeveral && /^cluster/.test(fields.text("exec_mode") ?? "");
  const text = "instances share no port here; give each its own, behind a proxy";
  fields.get("exec_mode");
  const notes = [
    ...count.notes,
    ...(isCluster ? fields.note("exec_mode", text) : []),
    ...fields.notes(LOST),
    ...otherEnvironments(fields, mode),
    ...fields.rest("has no counterpart here"),
  ];
  return plans.map((plan) => ({ ...plan, notes: [...plan.notes, ...notes] }));
}

interface Instances {
  readonly number: number;
  /** Whether pm2 may start several. */
  readonly isSeveral: boolean;
  readonly notes: readonly Note[];
}

function instancesOf(fields: Fields): Instances {
  const text = fields.text("instances") ?? "1";
  if (/^[1-9]\d*$/.test(text)) {
    return { number: fields.count("instances") ?? 1, isSeveral: text !== "1", notes: [] };
  }
  const notes = fields.note("instances", "one, because the number of processors may differ");
  return { number: 1, isSeveral: true, notes };
}

interface Instance {
  readonly here: string;
  readonly mode: string | undefined;
  readonly index: number;
  readonly isOneOf: boolean;
}

function planOf(fields: Fields, { here, mode, index, isOneOf }: Instance): ProcessPlan {
  const place = fields.place();
  const script = fields.text("script");
  if (script === undefined) throw new ImportError(place, "there is no script");
  const directory = resolve(here, fields.text("cwd") ?? ".");
  const name = fields.text("name") ?? basename(script, extname(script));
  const environment = environmentOf(fields, mode, index);
  const user = fields.text("user") ?? fields.text("uid");
  const group = fields.text("gid");
  const stopSignal = signalIn(fields, "kill_signal") ?? STOP_SIGNAL;
  const restart = restartOf(fields);
  return {
    name: serviceName(isOneOf ? `${name}-${index}` : name, place),
    origin: { ...place, title: name },
    command: commandOf(fields, script, directory),
    directory,
    user: user === undefined ? undefined : group ? `${user}:${group}` : withGroups(user),
    environment,
    log: DEFAULT_LOG,
    stdout: "passed",
    stderr: "log",
    stopSignal: stopSignal === "TERM" ? undefined : stopSignal,
    killTimeoutMs: Math.max(fields.number("kill_timeout") ?? KILL_TIMEOUT_MS, 1),
    ownsGroup: fields.boolean("treekill") ?? true,
    startsDown: fields.boolean("autostart") === false,
    ...restart.plan,
    notes: [
      ...restart.notes,
      ...accountNotes(user, fields.place(fields.has("user") ? "user" : "uid"), "user"),
      ...variableNotes(environment.keys(), place),
    ],
  };
}

function commandOf(fields: Fields, script: string, directory: string): readonly string[] {
  const args = wordsIn(fields, "args");
  const options = [...wordsIn(fields, "node_args"), ...wordsIn(fields, "interpreter_args")];
  const path = resolve(directory, script);
  const known = INTERPRETERS[extname(script)];
  const interpreter = fields.text("interpreter") ?? fields.text("exec_interpreter") ?? known;
  if (interpreter !== undefined && interpreter !== "none") {
    return [interpreter, ...options, path, ...args];
  }
  if (interpreter === "none" || script.includes("/") || existsSync(path)) return [path, ...args];
  // A command such as npm, or one for the shell.
  return /\s/.test(script) ? ["bash", "-c", script] : [script, ...args];
}

function environmentOf(
  fields: Fields,
  mode: string | undefined,
  index: number,
): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const name of ["env", ...(mode === undefined ? [] : [`env_${mode}`])]) {
    const own = fields.fields(name);
    // pm2 hands over JSON of what is no text.
    for (const key of own?.names ?? []) {
      const value = own?.get(key);
      environment.set(key, isRecord(value) ? JSON.stringify(value) : `${value ?? ""}`);
    }
  }
  environment.set(fields.text("instance_var") ?? "NODE_APP_INSTANCE", `${index}`);
  const counted = fields.text("increment_var");
  const first = counted === undefined ? undefined : environment.get(counted);
  if (counted !== undefined && first !== undefined && /^\d+$/.test(first)) {
    environment.set(counted, `${Number(first) + index}`);
  }
  return environment;
}

function otherEnvironments(fields: Fields, mode: string | undefined): readonly Note[] {
  return fields.names
    .filter((name) => name.startsWith("env_") && name !== `env_${mode}`)
    .flatMap((name) => fields.note(name, `left out; --env ${name.slice("env_".length)} takes it`));
}
