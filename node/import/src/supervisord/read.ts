/** Reads a configuration of supervisord, with the files that it includes. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import type { Imported } from "../imported.ts";
import { ImportError, type Note } from "../note.ts";
import type { ProcessPlan } from "../process-plan.ts";
import { parseConfig, type Section } from "./config-parser.ts";
import type { Variables } from "./expand.ts";
import { filesMatching } from "./glob.ts";
import { ProgramOptions } from "./program-options.ts";
import { type Common, plansOf } from "./programs.ts";
import { umaskOf } from "./values.ts";
import { keyValuePairs } from "./words.ts";

/** The umask that supervisord sets for itself, and so for its programs. */
const UMASK = "022";
const PROGRAM = "program:";

/** Sections that are no programs, by how they begin. */
const OTHERS: readonly (readonly [string, string])[] = [
  ["unix_http_server", "there is no server; sv controls services, and sv grant lets others do so"],
  ["inet_http_server", "runits-console is a web page for services"],
  ["supervisorctl", "sv takes its place"],
  ["rpcinterface:", "there is no RPC; runits-client controls services from programs"],
  ["ctlplugin:", "sv has no plugins"],
  ["group:", "there are no groups; sv takes patterns, such as 'web*'"],
  ["DEFAULT", ""],
  ["include", ""],
  ["supervisord", ""],
];

/** What programs have to do without, whose sections are left out. */
const FAILURES: readonly (readonly [string, string])[] = [
  ["eventlistener:", "there are no events; sv watch --exec runs a command at a change"],
  ["fcgi-program:", "there are no FastCGI sockets; a spawner in run can open one"],
];

/** @throws {ImportError} the file is none of supervisord's */
export function readSupervisord(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Imported {
  const here = dirname(resolve(path));
  const outside: Variables = new Map<string, string | number>([
    ["here", here],
    ["host_node_name", hostname()],
    ...Object.entries(environment).map(([name, value]) => [`ENV_${name}`, value ?? ""] as const),
  ]);
  const sections = parseConfig(readFileSync(path, "utf8"), path);
  const notes = include(sections, here, outside);
  const [common, commonNotes] = commonOf(sections, outside);
  notes.push(...commonNotes);
  const plans: ProcessPlan[] = [];
  const failures: Note[] = [];
  for (const section of sections.values()) {
    if (!section.name.startsWith(PROGRAM)) {
      const failure = noteOn(section, FAILURES);
      failures.push(...failure);
      if (failure.length === 0) notes.push(...otherNotes(section));
      continue;
    }
    try {
      const program = section.name.slice(PROGRAM.length).trim();
      plans.push(...plansOf(new ProgramOptions(sections, section), program, common));
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      failures.push({ ...error.place, text: `[${section.name}] ${error.message}` });
    }
  }
  return { plans, notes, failures };
}

/** Reads the files of `[include]` into the sections. */
function include(sections: Map<string, Section>, here: string, outside: Variables): Note[] {
  const section = sections.get("include");
  if (section === undefined) return [];
  const files = new ProgramOptions(sections, section).text("files", outside);
  const notes: Note[] = [];
  for (const pattern of (files ?? "").split(/\s+/).filter((word) => word !== "")) {
    const found = filesMatching(pattern, here);
    if (found.length === 0) notes.push({ ...placeOf(section), text: `no file matches ${pattern}` });
    for (const path of found) parseConfig(readFileSync(path, "utf8"), path, sections);
  }
  return notes;
}

function commonOf(
  sections: ReadonlyMap<string, Section>,
  outside: Variables,
): readonly [Common, readonly Note[]] {
  const section = sections.get("supervisord");
  if (section === undefined) {
    return [{ variables: outside, environment: new Map(), umask: UMASK }, []];
  }
  const options = new ProgramOptions(sections, section);
  const environment = options.value("environment", outside, keyValuePairs) ?? new Map();
  const own = [...environment].map(([name, value]) => [`ENV_${name}`, value] as const);
  const common: Common = {
    variables: new Map([...outside, ...own]),
    environment,
    directory: options.text("directory", outside),
    user: options.text("user", outside),
    umask: options.value("umask", outside, umaskOf) ?? UMASK,
  };
  return [common, options.rest("concerns supervisord alone")];
}

function otherNotes(section: Section): readonly Note[] {
  const isKnown = OTHERS.some(([name]) => section.name.startsWith(name));
  if (isKnown) return noteOn(section, OTHERS);
  return [{ ...placeOf(section), text: `[${section.name}] supervisord has no such section` }];
}

function noteOn(section: Section, texts: readonly (readonly [string, string])[]): readonly Note[] {
  return texts
    .filter(([name, text]) => text !== "" && section.name.startsWith(name))
    .map(([, text]) => ({ ...placeOf(section), text: `[${section.name}] ${text}` }));
}

function placeOf({ file, line }: Section): { readonly file: string; readonly line: number } {
  return { file, line };
}
