/** The commands that page and screen offer, and their questions. */
import type { Service, ShownService } from "./service.ts";

export interface CommandWord {
  readonly command: string;
  readonly label: string;
  /** What happens, for the question; only of commands that stop or disturb something. */
  readonly asks?: string;
}

export const START: CommandWord = { command: "up", label: "Start" };
export const STOP: CommandWord = {
  command: "down",
  label: "Stop",
  asks: "It gets TERM, and is not started again until somebody starts it.",
};
export const RESTART: CommandWord = {
  command: "restart",
  label: "Restart",
  asks: "It gets TERM, and is started again at once.",
};

/** Those that are needed less often. */
export const MORE: readonly CommandWord[] = [
  { command: "once", label: "Run once" },
  { command: "hup", label: "HUP – read its configuration again" },
  { command: "1", label: "USR1" },
  { command: "2", label: "USR2" },
  { command: "alarm", label: "ALRM" },
  { command: "interrupt", label: "INT", asks: "Most programs end when they get INT." },
  {
    command: "quit",
    label: "QUIT",
    asks: "Most programs end, with a core file, when they get QUIT.",
  },
  { command: "pause", label: "Pause (STOP)", asks: "It does nothing until it is continued." },
  { command: "cont", label: "Continue (CONT)" },
  { command: "term", label: "TERM", asks: "It ends, and its supervisor starts it again." },
  { command: "kill", label: "KILL", asks: "It ends at once and loses what it has not saved." },
];

/** Start or stop, whichever changes something. */
export function mainCommand({ wanted }: Service): CommandWord {
  return wanted === "up" ? STOP : START;
}

/** As a word of a shell. */
function quoted(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

interface Hindrance {
  readonly text: string;
  /** The command that would change it. */
  readonly command?: string;
}

/** So many names are in one command. */
const NAMES_MAX = 20;

/** Why the states of some services are not known; `undefined` if all are. */
export function blindness(
  services: readonly ShownService[],
  { name, grant }: Commander,
): Hindrance | undefined {
  const unreadable = services.filter(({ summary }) => summary === "unreadable");
  if (unreadable.length === 0) return undefined;
  const names = unreadable.slice(0, NAMES_MAX).map((one) => quoted(one.name));
  const which = unreadable.length === 1 ? "a service" : `${unreadable.length} services`;
  const first = unreadable.length > NAMES_MAX ? `, for the first ${NAMES_MAX}` : "";
  return {
    text: `${name} may not see the state of ${which}. As root${first}:`,
    command: `${grant} --status ${names.join(" ")}`,
  };
}

interface Commander {
  /** Such as `The console`. */
  readonly name: string;
  /** The command that gives the right to the service named behind it. */
  readonly grant: string;
}

/** Why no command may be given to a service. */
export function hindrance(
  service: ShownService,
  { name, grant }: Commander,
): Hindrance | undefined {
  if (service.summary === "unsupervised") {
    return { text: "No supervisor is at work on this service." };
  }
  if (service.may_control) return undefined;
  return {
    text: `${name} may not control ${service.name}. As root:`,
    command: `${grant} ${quoted(service.name)}`,
  };
}
