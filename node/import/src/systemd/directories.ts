/** Directories that systemd makes for a unit. */
import type { Step } from "../process-plan.ts";
import { ValueError } from "../supervisord/values.ts";
import type { Unit } from "./unit.ts";
import { splitWords } from "./words.ts";

const KINDS = [
  ["Runtime", "/run", "RUNTIME_DIRECTORY"],
  ["State", "/var/lib", "STATE_DIRECTORY"],
  ["Cache", "/var/cache", "CACHE_DIRECTORY"],
  ["Logs", "/var/log", "LOGS_DIRECTORY"],
  ["Configuration", "/etc", "CONFIGURATION_DIRECTORY"],
] as const;
const MODE = "0755";

interface Directories {
  readonly steps: readonly Step[];
  readonly environment: readonly (readonly [string, string])[];
}

export function directoriesOf(
  unit: Unit,
  user: string | undefined,
  group: string | undefined,
): Directories {
  const steps: Step[] = [];
  const environment: [string, string][] = [];
  for (const [kind, base, variable] of KINDS) {
    const paths = unit.all(`${kind}Directory`).flatMap((assignment) =>
      unit.refusing(assignment, () =>
        splitWords(unit.expand(assignment.value)).map((word) => {
          const isPlain = !word.startsWith("/") && !/(^|\/)\.\.(\/|$)|:/.test(word);
          if (!isPlain) throw new ValueError(`no name of a directory: ${word}`);
          return `${base}/${word}`;
        }),
      ),
    );
    const mode = unit.text(`${kind}DirectoryMode`) ?? MODE;
    if (paths.length === 0) continue;
    const owner = kind === "Configuration" ? undefined : user;
    const owners = [
      ...(owner === undefined ? [] : ["-o", owner]),
      ...(owner === undefined || group === undefined ? [] : ["-g", group]),
    ];
    const command = ["install", "-d", "-m", mode, ...owners, ...paths];
    steps.push({ command, isNeeded: true, isPrivileged: true });
    environment.push([variable, paths.join(":")]);
  }
  return { steps, environment };
}
