/**
 * The process of a unit.
 *
 * The rules are those of systemd.service(5), systemd.exec(5) and systemd.kill(5).
 */
import { accountNotes, accountVariables, withGroups } from "../accounts.ts";
import { variableNotes } from "../environment.ts";
import { ImportError, type Note } from "../note.ts";
import { DEFAULT_LOG, type Hook, type ProcessPlan, type Step } from "../process-plan.ts";
import { serviceName } from "../service-name.ts";
import { signalOf, umaskOf, ValueError } from "../supervisord/values.ts";
import { commandsOf, type UnitCommand } from "./command.ts";
import { directoriesOf } from "./directories.ts";
import { limitsOf } from "./limits.ts";
import { orderOf } from "./order.ts";
import { restartOf } from "./restart.ts";
import type { Unit } from "./unit.ts";
import { booleanOf, timeMs } from "./values.ts";
import { splitWords } from "./words.ts";

/** systemd's own values. */
const STOP_MS = 90_000;
const START_MS = 90_000;
const UMASK = "0022";
/** A command that does the same as HUP, which needs no script. */
const SENDS_HUP = /^\S*kill\s+-(?:s\s+)?(?:SIG)?HUP\s+\$\{?MAINPID\}?$/;

const LOST: Readonly<Record<string, string>> = {
  DynamicUser: "no user is made: without User the service runs as root; see -u in chpst(8)",
  AmbientCapabilities: "chpst -u leaves a user no capabilities; setcap(8) gives some to a program",
  ExecCondition: "see needs/ in runsv(8), and down",
  ExecStartPost: "nothing runs after a start; another service can need this one",
  PIDFile: "runsv supervises the process that it has started",
  BusName: "nothing waits for the name on the bus",
  SyslogIdentifier: "the log is in log/main",
  Alias: "a service has one name",
  Also: "sv link puts services in place, one by one",
  WatchdogSignal: "runsv sends ABRT",
};

export function planOf(unit: Unit): ProcessPlan {
  const { place, name } = unit;
  const type = unit.text("Type") ?? (unit.all("ExecStart").length === 0 ? "oneshot" : "simple");
  const isOneShot = type === "oneshot";
  const starts = commands(unit, "ExecStart");
  const main = starts.at(-1);
  if (main === undefined) throw new ImportError(place, "there is no ExecStart");
  const user = unit.text("User");
  const group = unit.text("Group");
  const { steps, environment: places } = directoriesOf(unit, user, group);
  const environment = new Map([...accountVariables(user), ...places, ...environmentOf(unit)]);
  const [limits, order, restart] = [limitsOf(unit), orderOf(unit), restartOf(unit)];
  const notifies = notifiesOf(unit, type);
  const killMode = unit.text("KillMode") ?? "control-group";
  const numbers = new Map([...(restart.plan.numbers ?? []), ...timesOf(unit, notifies)]);
  const isShell = main.words[1] === "-c";
  const calledName = main.calledName !== undefined && !isShell ? ["-b", main.calledName] : [];
  const stopSignal = unit.value("KillSignal", signalOf);
  unit.all("WantedBy");
  unit.all("RequiredBy");
  const notes: readonly Note[] = [
    ...typeNotes(unit, type),
    ...order.notes,
    ...limits.notes,
    ...(notifies === undefined
      ? [
          ...unit.note("WatchdogSec", "runsv has a watchdog for Type=notify alone"),
          ...unit.note("TimeoutStartSec", "nothing bounds a start that is not reported"),
        ]
      : []),
    ...restart.notes,
    ...(killMode === "control-group" || killMode === "process"
      ? []
      : unit.note("KillMode", "see kill-group in runsv(8)")),
    ...accountNotes(user, unit.last("User") ?? place, "User"),
    ...variableNotes(environment.keys(), place),
    ...Object.entries(LOST).flatMap(([key, text]) => unit.note(key, text)),
  ];
  const plan: ProcessPlan = {
    name: serviceName(name.name, place),
    origin: { ...place, title: `${name.name}.service` },
    about: ["Description", "Documentation"].flatMap((key) => unit.text(key) ?? []),
    command: main.words,
    directory: directoryOf(unit),
    user: userOf(unit, user, group),
    umask: unit.value("UMask", umaskOf) ?? UMASK,
    environment,
    environmentFiles: environmentFilesOf(unit),
    chpst: [...limits.options, ...calledName],
    steps: [
      ...steps,
      ...commands(unit, "ExecStartPre").map(stepOf),
      ...(isOneShot ? starts.slice(0, -1).map(stepOf) : []),
    ],
    hooks: hooksOf(unit, isOneShot),
    log: DEFAULT_LOG,
    ...outputOf(unit),
    stopSignal: stopSignal === "TERM" ? undefined : stopSignal,
    killTimeoutMs: killTimeoutMs(unit),
    ownsGroup: killMode === "control-group" || killMode === "mixed",
    ...restart.plan,
    numbers,
    startsDown: false,
    isOneShot,
    needs: order.needs,
    after: order.after,
    notifies,
    notes: [],
  };
  // Only now it is known what nobody has asked for.
  return {
    ...plan,
    notes: [...notes, ...outputNotes(unit), ...unit.rest("has no counterpart here")],
  };
}

function commands(unit: Unit, key: string): readonly UnitCommand[] {
  return unit
    .all(key)
    .flatMap((assignment) =>
      unit.refusing(assignment, () => commandsOf(assignment.value, (text) => unit.expand(text))),
    );
}

function stepOf({ words, ignoresFailure, isPrivileged }: UnitCommand): Step {
  return { command: words, isNeeded: !ignoresFailure, isPrivileged };
}

function hooksOf(unit: Unit, isOneShot: boolean): ProcessPlan["hooks"] {
  const hooks = new Map<"control/h" | "control/t" | "finish", Hook>();
  const reload = unit.all("ExecReload").filter(({ value }) => !SENDS_HUP.test(value));
  if (reload.length > 0) {
    hooks.set("control/h", { steps: commands(unit, "ExecReload").map(stepOf), exitCode: 0 });
  }
  const stops = commands(unit, "ExecStop").map(stepOf);
  const last = commands(unit, "ExecStopPost").map(stepOf);
  const finish = isOneShot ? [...stops, ...last] : last;
  // The stop signal follows, as under systemd.
  if (stops.length > 0 && !isOneShot) hooks.set("control/t", { steps: stops, exitCode: 1 });
  if (finish.length > 0) hooks.set("finish", { steps: finish, exitCode: 0 });
  return hooks;
}

function directoryOf(unit: Unit): string {
  const text = (unit.text("WorkingDirectory") ?? "/").replace(/^-/, "");
  if (text !== "~") return text;
  const home = new Map(accountVariables(unit.text("User") ?? "root")).get("HOME");
  return home ?? "/";
}

function userOf(
  unit: Unit,
  user: string | undefined,
  group: string | undefined,
): string | undefined {
  const more = unit.all("SupplementaryGroups").flatMap(({ value }) => value.split(/\s+/));
  if (user === undefined && group === undefined && more.length === 0) return undefined;
  if (group === undefined && more.length === 0) return withGroups(user ?? "root");
  const own = withGroups(user ?? "root");
  const [name = "", first, ...rest] = own.split(":");
  return [name, group ?? first ?? name, ...rest, ...more].join(":");
}

function environmentOf(unit: Unit): readonly (readonly [string, string])[] {
  return unit.all("Environment").flatMap((assignment) =>
    unit.refusing(assignment, () =>
      splitWords(assignment.value).map((word) => {
        const at = word.indexOf("=");
        if (at <= 0) throw new ValueError(`${word} is not NAME=VALUE`);
        return [word.slice(0, at), unit.expand(word.slice(at + 1))] as const;
      }),
    ),
  );
}

function environmentFilesOf(unit: Unit): ProcessPlan["environmentFiles"] {
  return unit.all("EnvironmentFile").map((assignment) => {
    const text = unit.refusing(assignment, () => unit.expand(assignment.value));
    return { path: text.replace(/^-/, ""), isOptional: text.startsWith("-") };
  });
}

function notifiesOf(unit: Unit, type: string): ProcessPlan["notifies"] {
  const access = unit.text("NotifyAccess") ?? "main";
  if (type !== "notify" && type !== "notify-reload") return undefined;
  return access === "all" || access === "exec" ? "all" : "main";
}

function typeNotes(unit: Unit, type: string): readonly Note[] {
  const texts: Readonly<Record<string, string>> = {
    forking: "the program has to stay in the foreground, for which most have an option",
    dbus: "it counts as ready after a second",
    "notify-reload": "sv hup does not wait for the end of a reload",
    idle: "it does not wait for other jobs",
  };
  const text = Object.hasOwn(texts, type) ? texts[type] : undefined;
  const remains = unit.value("RemainAfterExit", booleanOf) ?? false;
  const isLost = type === "oneshot" ? !remains : remains;
  return [
    ...(text === undefined ? [] : unit.note("Type", text)),
    ...(isLost && type === "oneshot"
      ? unit.note("Type", "it counts as up until it is stopped, also after it has ended")
      : []),
    ...(isLost && type !== "oneshot"
      ? unit.note("RemainAfterExit", "a service that has ended is down")
      : []),
  ];
}

function timesOf(unit: Unit, notifies: ProcessPlan["notifies"]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  if (notifies === undefined) return times;
  const startMs =
    unit.value("TimeoutStartSec", timeMs) ?? unit.value("TimeoutSec", timeMs) ?? START_MS;
  const watchdogMs = unit.value("WatchdogSec", timeMs) ?? 0;
  if (Number.isFinite(startMs)) times.set("timeout-ready", startMs);
  if (Number.isFinite(watchdogMs) && watchdogMs > 0) times.set("watchdog", watchdogMs);
  return times;
}

function killTimeoutMs(unit: Unit): number | undefined {
  const isKilled = unit.value("SendSIGKILL", booleanOf) ?? true;
  const ms = unit.value("TimeoutStopSec", timeMs) ?? unit.value("TimeoutSec", timeMs) ?? STOP_MS;
  return isKilled && Number.isFinite(ms) ? Math.max(ms, 1) : undefined;
}

function outputOf(unit: Unit): Pick<ProcessPlan, "stdout" | "stderr"> {
  const stdout = unit.text("StandardOutput");
  const stderr = unit.text("StandardError") ?? "inherit";
  const isStderrLost = stderr === "null" || (stderr === "inherit" && stdout === "null");
  return {
    stdout: stdout === "null" ? "none" : "passed",
    stderr: isStderrLost ? "none" : "log",
  };
}

function outputNotes(unit: Unit): readonly Note[] {
  const isFile = /^(file|append|truncate|socket|fd|tty)/;
  return ["StandardOutput", "StandardError"].flatMap((key) =>
    isFile.test(unit.text(key) ?? "") ? unit.note(key, "the log is in log/main") : [],
  );
}
