/** The archive for any Linux: the files below a prefix, and install.sh, which copies them. */
import { inRoot } from "../paths.ts";
import { COMMAND_MODE, type Entry, entryOf, text } from "./entry.ts";
import { tarball } from "./tar.ts";

interface ArchiveOptions {
  readonly version: string;
  /** Docker's name of the architecture: an `ADD` can name the archive by TARGETARCH. */
  readonly architecture: string;
  readonly timeS: number;
}

export function archiveName({ version, architecture }: ArchiveOptions): string {
  return `runits-${version}-linux-${architecture}`;
}

/** @param contents paths below the prefix; links come after the files that they lead to */
export async function archiveOf(
  contents: readonly Entry[],
  options: ArchiveOptions,
): Promise<Buffer> {
  const script = await entryOf(inRoot("packaging/install.sh"), "install.sh");
  const entries: Entry[] = [
    { ...script, mode: COMMAND_MODE },
    text("MANIFEST", contents.map(({ path }) => `${path}\n`).join("")),
    ...contents,
  ];
  const top = archiveName(options);
  return tarball(
    entries.map((entry) => ({ ...entry, path: `${top}/${entry.path}` })),
    options.timeS,
  );
}
