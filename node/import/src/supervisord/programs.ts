/** The processes of a `[program:x]` section. */
import { accountNotes, withGroups } from "../accounts.ts";
import { variableNotes } from "../environment.ts";
import { ImportError, type Note, type Place } from "../note.ts";
import { isProcessCount, NO_COUNT } from "../process-count.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { serviceName } from "../service-name.ts";
import type { Variables } from "./expand.ts";
import { outputOf } from "./logs.ts";
import type { ProgramOptions } from "./program-options.ts";
import { booleanOf, exitCodesOf, integerOf, signalOf, umaskOf, ValueError } from "./values.ts";
import { commandWords, keyValuePairs } from "./words.ts";

/** What the section `[supervisord]` says about all programs. */
export interface Common {
  readonly variables: Variables;
  readonly environment: ReadonlyMap<string, string>;
  readonly directory?: string | undefined;
  readonly user?: string | undefined;
  readonly umask: string;
}

/** supervisord's own values. */
const STOP_WAIT_S = 10;
const START_RETRIES = 3;
const START_S = 1;

const LOST: Readonly<Record<string, string>> = {
  priority: "sets no order here; see needs/ and after/ in runsv(8)",
  serverurl: "there is no server; sv and runits-client control services",
};

/** @throws {ImportError} supervisord would refuse the section, or a process can be no service */
export function plansOf(
  options: ProgramOptions,
  program: string,
  common: Common,
): readonly ProcessPlan[] {
  const named = new Map([...common.variables, ["program_name", program], ["group_name", program]]);
  const count = options.value("numprocs", named, integerOf) ?? 1;
  const start = options.value("numprocs_start", named, integerOf) ?? 0;
  const name = options.option("process_name");
  if (count > 1 && name?.value.includes("%(process_num)") !== true) {
    const place = name ?? options.section;
    throw new ImportError(place, "process_name: needs %(process_num) if numprocs is more than 1");
  }
  const length = Math.max(count, 0);
  if (!isProcessCount(length)) throw new ImportError(options.section, `numprocs: ${NO_COUNT}`);
  const plans = Array.from({ length }, (_, index) => {
    const number = new Map([...named, ["process_num", start + index], ["numprocs", count]]);
    return planOf(options, program, { ...common, variables: number });
  });
  // Only now it is known what nobody has asked for.
  const unknown = options.rest("supervisord has no such option");
  return plans.map((plan) => ({ ...plan, notes: [...plan.notes, ...unknown] }));
}

function planOf(options: ProgramOptions, program: string, common: Common): ProcessPlan {
  const { section } = options;
  const own = options.value("environment", common.variables, keyValuePairs);
  const environment = new Map([...common.environment, ...(own ?? [])]);
  const variables: Variables = new Map([
    ...common.variables,
    ...[...(own ?? [])].map(([name, value]) => [`ENV_${name}`, value] as const),
  ]);
  const command = options.value("command", variables, wordsOfCommand);
  if (command === undefined) throw new ImportError(section, "there is no command");
  const user = options.text("user", variables) ?? common.user;
  const directory = options.text("directory", variables) ?? common.directory;
  const { log, stdout, stderr, notes } = outputOf(options, variables);
  const isGroup = (name: string) => options.value(name, variables, booleanOf) ?? false;
  const stopWaitS = options.value("stopwaitsecs", variables, integerOf) ?? STOP_WAIT_S;
  const startS = options.value("startsecs", variables, integerOf) ?? START_S;
  const policy = restartPolicy(options, variables);
  const retries = options.value("startretries", variables, integerOf) ?? START_RETRIES;
  const stopSignal = options.value("stopsignal", variables, signalOf);
  const ownsGroup = [isGroup("stopasgroup"), isGroup("killasgroup")].includes(true);
  return {
    name: serviceName(options.text("process_name", variables) ?? program, section),
    origin: { file: section.file, line: section.line, title: `[${section.name}]` },
    command,
    directory,
    user: user === undefined ? undefined : withGroups(user),
    umask: options.value("umask", variables, umaskOf) ?? common.umask,
    environment,
    log,
    stdout,
    stderr,
    stopSignal: stopSignal === "TERM" ? undefined : stopSignal,
    // 0 would be no limit here; supervisord kills at its next look.
    killTimeoutMs: Math.max(stopWaitS * 1_000, 1),
    ownsGroup,
    restartPolicy: policy,
    maxCrashes: policy === "never" ? undefined : retries + 1,
    startSeconds: startS > START_S ? startS : undefined,
    startsDown: options.value("autostart", variables, booleanOf) === false,
    notes: [
      ...notes,
      ...lostNotes(options),
      ...variableNotes(environment.keys(), section),
      ...accountNotes(user, section, "user"),
      ...(directory === undefined ? [placeNote(section)] : []),
    ],
  };
}

function wordsOfCommand(text: string): readonly string[] {
  const words = commandWords(text);
  if (words.length === 0) throw new ValueError("is empty");
  return words;
}

function restartPolicy(options: ProgramOptions, variables: Variables): string | undefined {
  const codes = options.value("exitcodes", variables, exitCodesOf) ?? [0];
  const rule = options.text("autorestart", variables)?.trim().toLowerCase() ?? "unexpected";
  if (rule !== "unexpected") {
    return options.value("autorestart", variables, booleanOf) === true ? undefined : "never";
  }
  return codes.map((code) => `!${code}`).join(" ");
}

function lostNotes(options: ProgramOptions): readonly Note[] {
  return Object.entries(LOST).flatMap(([name, text]) => options.note(name, () => text));
}

function placeNote({ file, line }: Place): Note {
  return { file, line, text: "directory: without it, run stays in its service directory" };
}
