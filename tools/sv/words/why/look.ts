/**
 * Looks at a service and at the processes around it: the facts for `sv why`.
 */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { execForecast } from "../../../../base/exec-forecast.ts";
import { baseName, withoutSlash } from "../../../../base/options.ts";
import { printable } from "../../../../base/printable.ts";
import { quoted } from "../../../../base/quoted.ts";
import { LIMIT_FILES, type ServicePath } from "../../../../protocol/service-directory.ts";
import type { UnixTime } from "../../../../protocol/tai.ts";
import { idOf } from "../../../../supervisor/circle-search.ts";
import { CHECK_TIMEOUT_MS } from "../../../../supervisor/readiness-rules.ts";
import type { NamedService } from "../../service.ts";
import { waitsOf } from "../../waits.ts";
import { runChange } from "../run-change.ts";
import type { LiveFacts, ServiceView } from "../service-view.ts";
import { sudoSv } from "../sudo.ts";
import { listAccounts } from "../verify/account-files.ts";
import { unknownAccount } from "../verify/accounts.ts";
import { absentFor, findsProgram } from "../verify/program-finder.ts";
import {
  type LogDirectoryGuess,
  logDirectories,
  missingForEnv,
} from "../verify/program-guesses.ts";
import { isShellScript, shellCommands } from "../verify/shell-commands.ts";
import { forkingDaemon, type Guess } from "../verify/shell-guesses.ts";
import { viewOf } from "../view.ts";
import type { ServiceProcess, WhyFacts } from "./facts.ts";
import { cgroupFacts } from "./look-at-cgroup.ts";
import { areNeedsNew, isLogDirectoryNew, isRunNew } from "./look-at-changes.ts";
import { logEnd } from "./look-at-log.ts";
import { isLog, supervisorFacts } from "./look-at-supervisor.ts";
import { absenceFacts } from "./look-for-supervisor.ts";
import { meantInterpreter } from "./meant-interpreter.ts";
import { argumentsOf, processTree, read } from "./processes.ts";

/** Longer scripts are cut off. */
export const SCRIPT_MAX_BYTES = 65_536;
const VALUE_MAX_BYTES = 64;

const NOTHING_RUNS = {
  run: undefined,
  runChange: undefined,
  isRunNew: false,
  isLogDirectoryNew: false,
  forks: undefined,
  account: undefined,
  missingProgram: undefined,
  logDirectory: undefined,
  syntax: undefined,
  waitsIn: undefined,
  areNeedsNew: false,
  isBlocked: false,
  readiness: [],
  readyTimeoutMs: undefined,
  checkTimeoutS: CHECK_TIMEOUT_MS / 1_000,
  isCheckAlone: false,
  unusableScripts: [],
  processes: [],
  supervisor: undefined,
  cgroup: undefined,
  sudoSv: "sudo sv",
  absence: undefined,
  limits: [],
  log: undefined,
  output: undefined,
  chain: [],
  circle: [],
} as const;

/** Of a longer chain, only so many of its first services are looked at closely, and its end. */
const CHAIN_MAX = 30;
/** A need is followed no further. */
const PATH_MAX = 1_000;

/** @param now the wall clock, for the whole answer of the command */
export function lookClosely(service: NamedService, now: UnixTime): WhyFacts {
  const own = factsOf(service, now);
  const { kind } = own.view.failure ?? {};
  if (kind === "absent" || kind === "file") return own;
  const facts = { ...own, ...chainOf(service, own), output: logEnd(service, own.view.live) };
  if (facts.view.live === undefined) return facts;
  const log = service.log();
  if (log === undefined) return facts;
  if (!("is" in log)) return { ...facts, log: factsOf(log, now) };
  const { name, directory } = facts.view;
  const view: ServiceView = {
    name: `${name}/log`,
    directory: `${directory}/log`,
    summary: "unreadable",
    now,
    live: undefined,
    failure: log,
    process: undefined,
    log: undefined,
  };
  return { ...facts, log: { ...NOTHING_RUNS, view, sudoSv: sudoSv() } };
}

/** What the service waits for: a service may wait for several, of which the first is followed. */
function chainOf(first: NamedService, own: WhyFacts): Pick<WhyFacts, "chain" | "circle"> {
  const { now } = own.view;
  const path = [first];
  const ids = [idOf(first.file("."))];
  let circle: readonly NamedService[] = [];
  while (path.length <= PATH_MAX) {
    const next = firstWait(path.at(-1) ?? first, now);
    if (next === undefined) break;
    const id = idOf(next.file("."));
    const at = ids.indexOf(id);
    if (at >= 0) {
      circle = path.slice(at);
      break;
    }
    ids.push(id);
    path.push(next);
  }
  const others = path.slice(1);
  // The last but one too: it needs the last one, which may not exist.
  const shown = others.filter((_, index) => index < CHAIN_MAX || index >= others.length - 2);
  return {
    chain: shown.map((service) => factsOf(service, now)),
    circle: circle.map(({ name }) => name),
  };
}

function firstWait(service: NamedService, now: UnixTime): NamedService | undefined {
  const { live } = viewOf(service, { now });
  return live?.isOurs === true ? waitsOf(service, live.record)[0] : undefined;
}

function factsOf(service: NamedService, now: UnixTime): WhyFacts {
  const view = viewOf(service, { now });
  const { live } = view;
  if (live === undefined) {
    return { ...NOTHING_RUNS, view, sudoSv: sudoSv(), absence: absenceFacts(service) };
  }
  const { record } = live;
  const processes = processTree(record.pid);
  const supervisor = supervisorFacts(service, record, now);
  return {
    ...NOTHING_RUNS,
    view,
    run: runFault(service),
    runChange: runChange(service, record),
    isRunNew: isRunNew(service, live),
    ...guessesAbout(service, live),
    processes,
    waitsIn: waitIn(processes),
    areNeedsNew: live.isOurs && areNeedsNew(service, record),
    isBlocked: processes.some(isBlocked),
    supervisor,
    cgroup: cgroupFacts(record.pid, supervisor?.pid, scriptOf(service)),
    limits: live.isOurs ? limitsOf(service) : [],
    readiness: live.isReady === false ? valuesIn(service, READINESS_FILES) : [],
    ...scriptFacts(service),
  };
}

function limitsOf(service: NamedService): WhyFacts["limits"] {
  const values = valuesIn(service, [...LIMIT_FILES, "restart-policy", ...MISCONDUCT_FILES]);
  return values.map(({ file, value }) => `${file} ${value}`);
}

function runFault(service: NamedService): WhyFacts["run"] {
  const path = service.file("run");
  const fault = execForecast(path);
  return fault?.kind === "interpreter" ? { ...fault, meant: meantInterpreter(path) } : fault;
}

/** What is known of the scripts beside ./run; those of a log service have no ./check. */
function scriptFacts(service: NamedService): Partial<WhyFacts> {
  const isThere = (file: ServicePath) => ignoringErrors(() => service.has(file)) === true;
  const hasCheck = !isLog(service) && isThere("check");
  const timeoutMs = (file: "check-timeout" | "timeout-ready") => {
    const value = Number(valuesIn(service, [file])[0]?.value);
    return value > 0 ? value : undefined;
  };
  return {
    readyTimeoutMs: READINESS_FILES.some(isThere) ? timeoutMs("timeout-ready") : undefined,
    checkTimeoutS: (timeoutMs("check-timeout") ?? CHECK_TIMEOUT_MS) / 1_000,
    isCheckAlone: hasCheck && !isThere("check-period"),
    unusableScripts: SCRIPTS.flatMap((file) => {
      if (file === "check" ? !hasCheck : !isThere(file)) return [];
      const fault = execForecast(service.file(file));
      return fault === undefined ? [] : [{ ...fault, file }];
    }),
  };
}

/** The beginning of ./run. */
function scriptOf(service: NamedService): string | undefined {
  const path = service.file("run");
  return ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, SCRIPT_MAX_BYTES));
}

/** What a ./run that is a script seems to do wrong. */
function guessesAbout(service: NamedService, live: LiveFacts): Partial<WhyFacts> {
  const text = scriptOf(service);
  if (text === undefined) return {};
  const file = service.name.endsWith("/log") ? "./log/run" : "./run";
  const lineOf = (found: Guess | undefined) =>
    found && `line ${found.line} of ${file}: ${printable(found.text)}`;
  const interpreter = lineOf(missingForEnv(text, findsProgram));
  if (!isShellScript(text)) return { missingProgram: interpreter };
  const commands = shellCommands(text);
  const { program, logDirectory, logRights } = absentFor(text, service.file("."));
  const directories = logDirectories(commands).map((given) => pathIn(service.file("."), given));
  return {
    isLogDirectoryNew: isLogDirectoryNew(directories, live),
    forks: lineOf(forkingDaemon(commands)),
    account: lineOf(unknownAccount(commands, listAccounts())),
    missingProgram: lineOf(program),
    logDirectory: mistakeAbout(service, lineOf, logDirectory, logRights),
  };
}

function mistakeAbout(
  service: NamedService,
  lineOf: (found: Guess) => string | undefined,
  missing: LogDirectoryGuess | undefined,
  refused: LogDirectoryGuess | undefined,
): WhyFacts["logDirectory"] {
  const found = missing ?? refused;
  if (found === undefined) return undefined;
  const path = quoted(pathIn(service.path, found.directory));
  const commands = [
    ...(missing === undefined ? [] : [`mkdir -p ${path}`]),
    ...(found.user === undefined ? [] : [`chown ${quoted(found.user)} ${path}`]),
  ];
  return { text: lineOf(found) ?? "", command: commands.join(" && ") };
}

/** A run that takes longer to wait for another service is worth a word. */
const WAITING_S = 2;

/** The command of sv that ./run has started, and that has not ended. */
function waitIn(processes: readonly ServiceProcess[]): WhyFacts["waitsIn"] {
  const waiting = processes.find(({ name, ageS = 0 }) => name === "sv" && ageS >= WAITING_S);
  const words = waiting === undefined ? [] : argumentsOf(waiting.pid);
  const named = words.at(-1);
  if (named === undefined || words.length < 3) return undefined;
  // A relative path means something else elsewhere.
  const service = named.startsWith(".") ? baseName(withoutSlash(named)) : named;
  return { text: ["sv", ...words.slice(1)].map(quoted).join(" "), service };
}

/** Source: proc_pid_wchan(5); the name is that of a function of the kernel: `anon_pipe_write`. */
function isBlocked({ pid, state }: ServiceProcess): boolean {
  return state === "S" && read(`/proc/${pid}/wchan`)?.endsWith("pipe_write") === true;
}

/** A path in the ./run of a service directory, for somebody in another directory. */
function pathIn(home: string, given: string): string {
  if (given.startsWith("/")) return given;
  return `${home}/${given.startsWith("./") ? given.slice("./".length) : given}`;
}

const SCRIPTS = ["finish", "check"] as const;
const READINESS_FILES = ["check-period", "notification-fd", "notify-socket"] as const;
/** By these runsv ends a process that is not well; other limits hold at an end or after it. */
const MISCONDUCT_FILES = ["timeout-ready", "check-restart", "watchdog"] as const;

/** The files of these names that the service directory has. */
function valuesIn<Name extends string>(
  service: NamedService,
  names: readonly Name[],
): { readonly file: Name; readonly value: string }[] {
  const dir = ignoringErrors(() => Directory.open(service.file(".")));
  if (dir === undefined) return [];
  try {
    return names.flatMap((file) => {
      const text = ignoringErrors(() => posix.readText(dir.fd, file, VALUE_MAX_BYTES));
      return text === undefined ? [] : [{ file, value: printable(text.trim()) }];
    });
  } finally {
    dir.close();
  }
}
