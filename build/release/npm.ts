/**
 * The packages for npm: `runits` has the commands, and one package for each machine, of which npm
 * installs the one that fits, has the executables. No script runs when they are installed.
 *
 * Source of the fields: package.json(5) of npm.
 */
import { inRoot } from "../paths.ts";
import type { Architecture } from "./architectures.ts";
import { COMMAND_MODE, type Entry, entryOf, text } from "./entry.ts";
import { tarball } from "./tar.ts";

/** npm links these. Not `sv`, which is Svelte's command: npm refuses to install both. */
const COMMANDS = ["runits", "runsvdir", "runsv", "svlogd", "chpst"];
/** Only by its path, or as `runits sv`. */
const UNLINKED_COMMANDS = ["sv"];
/** Names of one executable; npm drops links, so each of these is a file. */
const COPIES: Readonly<Record<string, string>> = { runsv: "runsvdir", runits: "runsvdir" };

interface PackageOptions {
  readonly version: string;
  readonly timeS: number;
}

/** The fields that all packages have. */
function commonFields(version: string): Readonly<Record<string, string>> {
  return {
    version,
    description: "UNIX process supervision, a drop-in for runit",
    license: "BSD-3-Clause",
  };
}

function platformName({ node }: Architecture): string {
  return `@runits/linux-${node}`;
}

/** @param contents the files of a package, with the tools of this machine in `bin` */
export function platformPackage(
  architecture: Architecture,
  contents: readonly Entry[],
  { version, timeS }: PackageOptions,
): Buffer {
  const executables = contents.filter(
    ({ path, target }) => path.startsWith("bin/") && target === undefined,
  );
  const copies = Object.entries(COPIES).flatMap(([name, of]) =>
    executables
      .filter(({ path }) => path === `bin/${of}`)
      .map((entry) => ({ ...entry, path: `bin/${name}` })),
  );
  const fields = {
    name: platformName(architecture),
    ...commonFields(version),
    os: ["linux"],
    cpu: [architecture.node],
    preferUnplugged: true,
  };
  return packed([...executables, ...copies, ...licencesIn(contents)], fields, timeS);
}

/** @param contents the files of a package; those in `bin` are left out */
export async function mainPackage(
  architectures: readonly Architecture[],
  contents: readonly Entry[],
  { version, timeS }: PackageOptions,
): Promise<Buffer> {
  const command = await entryOf(inRoot("packaging/npm-command.sh"), "");
  const commands = [...COMMANDS, ...UNLINKED_COMMANDS].map((name) => ({
    ...command,
    path: `bin/${name}`,
    mode: COMMAND_MODE,
  }));
  const shared = contents.filter(({ path }) => !path.startsWith("bin/"));
  const fields = {
    name: "runits",
    ...commonFields(version),
    bin: Object.fromEntries(COMMANDS.map((name) => [name, `bin/${name}`])),
    man: shared.map(({ path }) => path).filter((path) => path.includes("/man/")),
    optionalDependencies: Object.fromEntries(
      architectures.map((architecture) => [platformName(architecture), version]),
    ),
  };
  const readme = await entryOf(inRoot("packaging/npm-readme.md"), "README.md");
  const licences = licencesIn(contents).filter((entry) => !shared.includes(entry));
  return packed([...commands, ...shared, ...licences, readme], fields, timeS);
}

/** Our licence at the path of which npm shows it, and what says of what the executables consist. */
function licencesIn(contents: readonly Entry[]): Entry[] {
  const ofParts = contents.filter(({ path }) => /\/licenses\/|\.cdx\.json$/.test(path));
  const own = contents.filter(({ path }) => path.endsWith("/LICENSE"));
  return [...own.map((entry) => ({ ...entry, path: "LICENSE" })), ...ofParts];
}

function packed(entries: readonly Entry[], fields: object, timeS: number): Buffer {
  const description = text("package.json", `${JSON.stringify(fields, undefined, 2)}\n`);
  return tarball(
    [description, ...entries].map((entry) => ({ ...entry, path: `package/${entry.path}` })),
    timeS,
  );
}
