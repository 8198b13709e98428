/**
 * What `sv why` finds out about a service, and what it answers: the values between looking
 * (look.ts) and text (explain.ts).
 *
 * Pure: types.
 */
import type { LiveFacts, RunChange, ServiceView } from "../service-view.ts";

/** A program that cannot be executed, as base/exec-forecast.ts describes it. */
export interface UnusableProgram {
  readonly kind: string;
  readonly text: string;
  /** The interpreter that its `#!` line names, which does not exist, and one that is like it. */
  readonly meant?: { readonly named: string; readonly path: string } | undefined;
}

export interface UnusableScript extends UnusableProgram {
  readonly file: "finish" | "check";
}

/** A process of the service, or of its supervisor. */
export interface ServiceProcess {
  readonly pid: number;
  /** Its command name, printable. */
  readonly name: string;
  /** Seconds since its start; `undefined` if that cannot be known. */
  readonly ageS: number | undefined;
  /** The state letter of proc_pid_stat(5). */
  readonly state: string;
}

/** A limit on processes, and how many count. */
export interface ProcessLimit {
  /** The cgroup that has it; `undefined`: it is of the user. */
  readonly directory?: string;
  readonly limit: number;
  readonly count: number;
}

/** A cgroup of the second version, and those above it. */
export interface CgroupUse {
  readonly directory: string;
  /** It is the service's, and not that of its supervisor too. */
  readonly isOwn: boolean;
  /** Its own limit, or that of one above it. */
  readonly processLimit: ProcessLimit | undefined;
  /** How many forks the kernel has refused by that limit. */
  readonly refusedForks: number;
  /**
   * How many processes of it the kernel has killed for lack of memory; `undefined` if it does not
   * count them.
   */
  readonly memoryKills: number | undefined;
}

/** The supervisor, as /proc shows it. */
export interface SupervisorFacts {
  readonly pid: number;
  /** It got STOP, or a debugger holds it. */
  readonly isStopped: boolean;
  /** The runsvdir that had started it has ended, and init is its parent. */
  readonly isOrphan: boolean;
  /**
   * The directory that it works in, if that is not the service directory any more; `undefined` also
   * if this cannot be seen.
   */
  readonly otherDirectory: string | undefined;
  /** The file to which its standard error goes. */
  readonly errorsFile: string | undefined;
  /** The ./check that it runs now. */
  readonly check: ServiceProcess | undefined;
  /** Its control scripts that run now. */
  readonly scripts: readonly ServiceProcess[];
  /** The limit on processes that holds up a start. */
  readonly processLimit: ProcessLimit | undefined;
  /** How often the kernel has killed for lack of memory, on the machine. */
  readonly memoryKills: number | undefined;
}

/** Why no supervisor looks after the service. */
export interface AbsenceFacts {
  /** A service with a name like this one. */
  readonly alike: string | undefined;
  /** What the name is a link to, which does not exist. */
  readonly danglesTo: string | undefined;
  /** A directory of this name that is not linked, such as /etc/sv/web. */
  readonly unlinked: string | undefined;
  /** The directory in which the service was looked up; `undefined` for a path. */
  readonly home: string | undefined;
  /** The pid of a runsvdir that works in the parent directory. */
  readonly runsvdir: number | undefined;
  /** When its last supervisor changed `supervise` for the last time, as it does at its end. */
  readonly supervisorEndedS: number | undefined;
  /** The process of the last status, if it still exists. */
  readonly orphan: number | undefined;
  /** A supervisor of the directory that was here before. */
  readonly formerSupervisor: number | undefined;
  readonly unusable: UnusableSupervise | undefined;
}

/** Why a supervisor cannot make or use `supervise`, and the command that mends or shows it. */
export interface UnusableSupervise {
  readonly file: "supervise" | "log/supervise";
  readonly text: string;
  readonly command: string;
}

/** Where the output of a service is, and its last lines. */
export interface OutputFacts {
  /** A directory, a file, or a sentence. */
  readonly place: string;
  readonly lines: readonly string[];
  /** The last of them that says something, without its time, if the last run has written it. */
  readonly words: string | undefined;
  /** The directory of the log. */
  readonly directory: string | undefined;
  /** The lines are all that there is. */
  readonly isWhole: boolean;
  /** The file in which runsv keeps the output; `undefined`: there is a log, or nothing. */
  readonly file: string | undefined;
  /** Neither a log service nor runsv keeps it. */
  readonly isLost: boolean;
}

/** Something in ./run that ends it, and the command that mends that. */
interface Mistake {
  readonly text: string;
  readonly command: string;
}

/** A file by which a service reports readiness, and its content. */
export interface ReadinessReport {
  readonly file: "notification-fd" | "notify-socket" | "check-period";
  readonly value: string;
}

/** One service, main or log. */
export interface WhyFacts {
  readonly view: ServiceView;
  /** ./run as it is now; `undefined` if nothing is known to be wrong. */
  readonly run: UnusableProgram | undefined;
  /** The last change of ./run, if that was after the start of the process. */
  readonly runChange: RunChange | undefined;
  /** Whether ./run was changed after the start that ended last. */
  readonly isRunNew: boolean;
  /** Whether svlogd has refused its directories, and one was made or changed after that. */
  readonly isLogDirectoryNew: boolean;
  /** A line of ./run that puts the daemon into the background. */
  readonly forks: string | undefined;
  /** A line of ./run that names a user or a group that does not exist. */
  readonly account: string | undefined;
  /** A line of ./run that executes a program that does not exist. */
  readonly missingProgram: string | undefined;
  /** A line of ./run that has svlogd write to a directory that is missing, or that refuses it. */
  readonly logDirectory: Mistake | undefined;
  /** What the shell says of the syntax of ./run, if that exited 2, or may have. */
  readonly syntax: string | undefined;
  /** A command of sv below ./run that waits, in words; and the service that it waits for. */
  readonly waitsIn: { readonly text: string; readonly service: string } | undefined;
  /** Whether an entry of needs/ or after/ was added or removed since it is down. */
  readonly areNeedsNew: boolean;
  /** A process of the service waits until somebody reads the pipe that it writes to. */
  readonly isBlocked: boolean;
  /** How it reports readiness; empty if it does not. */
  readonly readiness: readonly ReadinessReport[];
  /** How long after its start runsv ends it if it is not ready; `undefined`: it does not. */
  readonly readyTimeoutMs: number | undefined;
  /** How long a ./check may take, in seconds. */
  readonly checkTimeoutS: number;
  /** ./check is there for sv alone: runsv does not repeat it. */
  readonly isCheckAlone: boolean;
  /** Scripts beside ./run that cannot be executed. */
  readonly unusableScripts: readonly UnusableScript[];
  /** The service's own process, and those below it. */
  readonly processes: readonly ServiceProcess[];
  readonly supervisor: SupervisorFacts | undefined;
  /** Of its process, or that which ./run enters, or its supervisor's. */
  readonly cgroup: CgroupUse | undefined;
  /** The words before a command of sv that root is to type; set only if sv cannot see the state. */
  readonly sudoSv: string;
  /** Set only if there is no supervisor. */
  readonly absence: AbsenceFacts | undefined;
  /** The files that set limits, and restart-policy, as `timeout-kill 5000`; none under runit. */
  readonly limits: readonly string[];
  readonly log: WhyFacts | undefined;
  /** Where its output is, and the last lines; `undefined` for a log service. */
  readonly output: OutputFacts | undefined;
  /** The service that it waits for, the one which that waits for, and so on. */
  readonly chain: readonly WhyFacts[];
  /** The names of those that wait for each other: this service is one of them, or waits for one. */
  readonly circle: readonly string[];
}

/** A service that has a supervisor. */
export interface SupervisedFacts extends WhyFacts {
  readonly live: LiveFacts;
}

/** The answer to why a service is in the state it is in. */
export interface Answer {
  /** A word that keeps its meaning, for programs. */
  readonly reason: string;
  /** The answer for people, without the name and the state of the service. */
  readonly text: string;
  /** A command to type; `undefined` if there is nothing to do. */
  readonly command?: string | undefined;
  /** The service is as it should be. */
  readonly isFine?: boolean;
}

/** A reason that may apply: `undefined` if it does not. */
export type Reason = (facts: SupervisedFacts) => Answer | undefined;
