/** The commands that the page offers, and whether they may be given. */
import { pathOf, send } from "./api.ts";
import { ask, say } from "./notices.tsx";
import { store } from "./store.ts";
import type { Service } from "./types.ts";

interface CommandWord {
  readonly command: string;
  readonly label: string;
  /** What happens, for the question; only of commands that stop or disturb something. */
  readonly asks?: string;
}

const START: CommandWord = { command: "up", label: "Start" };
const STOP: CommandWord = {
  command: "down",
  label: "Stop",
  asks: "It gets TERM, and is not started again until somebody starts it.",
};
export const RESTART: CommandWord = {
  command: "restart",
  label: "Restart",
  asks: "It gets TERM, and is started again at once.",
};

/** Behind “More”. */
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

/** Why no command may be given, and the command that would change that. */
export function hindrance(
  service: Service,
): { readonly text: string; readonly command?: string } | undefined {
  const { hello } = store;
  if (hello !== undefined && hello.user.rights !== "all") {
    return { text: `This token is ${hello.user.rights}.` };
  }
  if (service.summary === "unsupervised") {
    return { text: "No supervisor is at work on this service." };
  }
  if (service.may_control) return undefined;
  return {
    text: `The console may not control ${service.name}. As root:`,
    command: `${hello?.grant ?? "sv grant"} ${quoted(service.name)}`,
  };
}

/** As a word of a shell. */
function quoted(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** Asks first if the command stops something; gives it; says how it went. */
export async function give(service: Service, word: CommandWord): Promise<void> {
  if (hindrance(service) !== undefined) return;
  const { name } = service;
  const { command, label, asks } = word;
  if (
    asks !== undefined &&
    !(await ask({ title: `${label} ${name}?`, text: asks, action: label }))
  ) {
    return;
  }
  say(`${name}: ${command} …`);
  try {
    await send("POST", pathOf(name, "/commands"), { command });
    say(`${name}: ${command} done`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "bad");
  }
}
