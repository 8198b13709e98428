/**
 * Reads a Procfile, with the file .env beside it, as honcho and foreman do.
 *
 * The rules are those of honcho's documentation, "Using Procfiles".
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { accountNotes, withGroups } from "../accounts.ts";
import { variableNotes } from "../environment.ts";
import type { Imported } from "../imported.ts";
import { ImportError, type Note } from "../note.ts";
import { DEFAULT_LOG, type ProcessPlan } from "../process-plan.ts";
import { type EnvFile, parseEnvFile } from "./env-file.ts";
import { shellCommand } from "./shell-command.ts";

const PROCESS = /^([A-Za-z0-9_-]+):\s*(.+)$/;
/** The port of the first process; the next ones are so many further. */
const PORT = 5_000;
const PORT_STEP = 100;
/** How long honcho waits after TERM. */
const KILL_TIMEOUT_MS = 5_000;

export interface ProcfileOptions {
  /** How many processes of a name there are, if not one. */
  readonly concurrency: ReadonlyMap<string, number>;
  /** The port of the first process. */
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** In place of .env. */
  readonly env?: string | undefined;
}

export function readProcfile(path: string, options: ProcfileOptions): Imported {
  const directory = dirname(resolve(path));
  const env = options.env ?? join(directory, ".env");
  const envFile = environmentOf(env, options.env !== undefined);
  const { variables } = envFile;
  const basePort = options.port ?? portIn(envFile, env) ?? PORT;
  const plans: ProcessPlan[] = [];
  const notes: Note[] = [...envFile.notes];
  let types = 0;
  for (const [index, line] of readFileSync(path, "utf8").split(/\r?\n/).entries()) {
    const place = { file: path, line: index + 1 };
    const [, type, command] = PROCESS.exec(line) ?? [];
    if (type === undefined || command === undefined) {
      const isEmpty = line.trim() === "" || line.trimStart().startsWith("#");
      if (!isEmpty) notes.push({ ...place, text: `no process: ${line}` });
      continue;
    }
    const count = options.concurrency.get(type) ?? 1;
    for (let number = 1; number <= count; number += 1) {
      const port = basePort + types * PORT_STEP + number - 1;
      plans.push({
        name: count === 1 ? type : `${type}-${number}`,
        origin: { ...place, title: type },
        command: shellCommand(command),
        directory,
        user: options.user === undefined ? undefined : withGroups(options.user),
        environment: new Map([...variables, ["PORT", `${port}`]]),
        log: DEFAULT_LOG,
        stdout: "passed",
        stderr: "log",
        killTimeoutMs: KILL_TIMEOUT_MS,
        // A shell may run the command as its child.
        ownsGroup: true,
        startsDown: false,
        notes: [
          ...variableNotes(variables.keys(), place),
          ...accountNotes(options.user, place, "--user"),
        ],
      });
    }
    types += 1;
  }
  return { plans, notes, failures: [] };
}

/** @throws {ImportError} it is no port */
function portIn({ variables, lines }: EnvFile, file: string): number | undefined {
  const text = variables.get("PORT");
  if (text === undefined) return undefined;
  const line = lines.get("PORT") ?? 1;
  if (!/^\d{1,5}$/.test(text)) throw new ImportError({ file, line }, "PORT is no port");
  return Number(text);
}

/** @param isNamed whether the user named the file, which then has to exist */
function environmentOf(path: string, isNamed: boolean): EnvFile {
  if (!isNamed && !existsSync(path)) return parseEnvFile("", path);
  return parseEnvFile(readFileSync(path, "utf8"), path);
}
