/** The command line of `runits-import`. */
import { existsSync, mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readCompose } from "./compose/read.ts";
import type { Imported } from "./imported.ts";
import { ImportError, noteText, shown } from "./note.ts";
import { readPm2 } from "./pm2/read.ts";
import { isProcessCount, NO_COUNT } from "./process-count.ts";
import type { ProcessPlan } from "./process-plan.ts";
import { type ProcfileOptions, readProcfile } from "./procfile/read.ts";
import { readable } from "./readable.ts";
import { filesOf } from "./service-directory.ts";
import { quoted } from "./sh.ts";
import { readSupervisord } from "./supervisord/read.ts";
import { readUnit } from "./systemd/read.ts";
import { VERSION } from "./version.ts";
import { writeService } from "./write.ts";

const USAGE = `usage: runits-import [OPTION...] FILE...

Makes service directories from a Procfile, the configuration of supervisord or pm2, a file of
docker-compose, or a unit of systemd. What cannot be carried over is printed to standard error, and
stands at the top of each run. A configuration of pm2 that is a module is executed by node.

  --from FORMAT        compose, pm2, procfile, supervisord or systemd; without it, by the name of FILE
  --to DIR             where to make them; ./sv without it
  --dry-run            print the files, and write nothing
  --force              write into directories that exist; files of other names stay
  -h, --help           print this
  --version            print the version

for a Procfile:
  --user USER          who runs the processes
  --env FILE           variables, in place of .env beside the Procfile
  --port NUMBER        PORT of the first process; the next have 100 more each
  --processes LIST     how many of each, such as web=2,worker=3

for a configuration of pm2:
  --env NAME           also the variables of env_NAME

exit code: 0 all is made; 1 something is not; 100 wrong arguments; 111 a file cannot be read or written
`;

const EXIT = { incomplete: 1, usage: 100, system: 111 } as const;

class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  from: { type: "string" },
  to: { type: "string" },
  user: { type: "string" },
  env: { type: "string" },
  port: { type: "string" },
  processes: { type: "string" },
  force: { type: "boolean" },
  "dry-run": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parsed>["values"];

function parsed() {
  return parseArgs({ options: OPTIONS, allowPositionals: true });
}

function main(): number {
  const { values, positionals } = usageOf(parsed);
  if (values.help === true) return print(USAGE);
  if (values.version === true) return print(`runits-import ${VERSION}\n`);
  if (positionals.length === 0) throw new UsageError("wants a FILE");
  const found = joined(positionals.map((file) => imported(file, values)));
  const lost = found.plans.flatMap(({ notes }) => notes);
  // Of a program with several processes, each has the same notes.
  const texts = new Set([...found.notes, ...lost, ...found.failures].map(noteText));
  for (const text of texts) warn(text);
  const plans = distinct(found.plans);
  const isComplete = found.failures.length === 0 && plans.length === found.plans.length;
  const areMade = values["dry-run"] === true ? printAll(plans) : writeAll(plans, values);
  if (found.plans.length === 0 && found.failures.length === 0)
    warn(`${positionals.join(" ")}: no process`);
  return isComplete && areMade && found.plans.length > 0 ? 0 : EXIT.incomplete;
}

/** A file that is refused does not keep the others from being imported. */
function imported(file: string, values: Values): Imported {
  try {
    return readable(read(file, values));
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { plans: [], notes: [], failures: [{ ...error.place, text: error.message }] };
  }
}

function usageOf<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

function joined(all: readonly Imported[]): Imported {
  return {
    plans: all.flatMap(({ plans }) => plans),
    notes: all.flatMap(({ notes }) => notes),
    failures: all.flatMap(({ failures }) => failures),
  };
}

function read(file: string, values: Values): Imported {
  const format = values.from ?? formatOf(basename(file));
  switch (format) {
    case "supervisord":
      return readSupervisord(file, process.env);
    case "compose":
      return readCompose(file, process.env);
    case "pm2":
      return readPm2(file, values.env);
    case "systemd":
      return readUnit(file);
    case "procfile":
      return readProcfile(file, procfileOptions(values));
    default:
      throw new UsageError(`--from: unknown format ${format}`);
  }
}

/** By the name that a file of a format usually has. */
function formatOf(name: string): string {
  if (/procfile/i.test(name)) return "procfile";
  if (/\.service$/.test(name)) return "systemd";
  if (/compose.*\.ya?ml$/.test(name)) return "compose";
  if (/\.(m?js|cjs|json|ya?ml)$/.test(name)) return "pm2";
  return "supervisord";
}

function procfileOptions(values: Values): ProcfileOptions {
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new UsageError(`--port: ${values.port} is no port`);
  }
  const concurrency = concurrencyOf(values.processes ?? "");
  return { concurrency, port, user: values.user, env: values.env };
}

function concurrencyOf(text: string): ReadonlyMap<string, number> {
  const entries = text.split(",").filter((entry) => entry !== "");
  return new Map(
    entries.map((entry) => {
      const [, name = "", count = ""] = /^([\w-]+)=(\d+)$/.exec(entry) ?? [];
      if (name === "") throw new UsageError(`--processes: ${entry} is not NAME=NUMBER`);
      if (!isProcessCount(Number(count)))
        throw new UsageError(`--processes: ${entry}: ${NO_COUNT}`);
      return [name, Number(count)];
    }),
  );
}

/** Without those whose names are taken, which are reported. */
function distinct(plans: readonly ProcessPlan[]): readonly ProcessPlan[] {
  const byName = new Map<string, ProcessPlan>();
  for (const plan of plans) {
    const { name, origin } = plan;
    const other = byName.get(name)?.origin;
    if (other === undefined) byName.set(name, plan);
    else warn(noteText({ ...origin, text: `${name} is in line ${other.line}, too: left out` }));
  }
  return [...byName.values()];
}

function printAll(plans: readonly ProcessPlan[]): boolean {
  for (const plan of plans) {
    for (const { path, text, mode } of filesOf(plan)) {
      print(`==> ${plan.name}/${path} (${mode.toString(8)}) <==\n${text}\n`);
    }
  }
  return true;
}

function writeAll(plans: readonly ProcessPlan[], values: Values): boolean {
  const to = resolve(values.to ?? "sv");
  if (plans.length === 0) return true;
  if (!existsSync(to)) mkdirSync(to);
  const made = plans.filter((plan) => {
    const dir = join(to, plan.name);
    const isMade = writeService(dir, filesOf(plan), values.force === true);
    if (isMade) print(`${dir}\n`);
    else warn(`${dir}: exists (--force writes into it)`);
    return isMade;
  });
  if (made.length > 0) {
    const paths = made.map(({ name }) => quoted(join(to, name)));
    warn(`look at them, then put them in place: sv link ${paths.join(" ")}`);
  }
  return made.length === plans.length;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function warn(text: string): void {
  process.stderr.write(`runits-import: ${shown(text)}\n`);
}

/** The exit code of an error that one can foresee. */
function codeOf(error: unknown): number {
  if (error instanceof UsageError) {
    warn(error.message);
    process.stderr.write(`${USAGE.split("\n")[0]} (--help prints more)\n`);
    return EXIT.usage;
  }
  if (error instanceof Error && "code" in error) {
    // Node's own text is "ENOENT: no such file or directory, open 'x'".
    warn(error.message.replace(/^\w+: (.*), (\w+) '(.*)'$/, "unable to $2 $3: $1"));
    return EXIT.system;
  }
  throw error;
}

try {
  process.exitCode = main();
} catch (error) {
  process.exitCode = codeOf(error);
}
