/** What every package contains: the tools, their manual pages, the licence and the examples. */
import { inRoot } from "../paths.ts";
import { BuildError } from "../run.ts";
import { type Entry, entriesIn, entryOf } from "./entry.ts";

const DOC = "share/doc/runits";

/** @param bin a directory with the built tools @returns paths below a prefix, in order */
export async function contentsOf(bin: string): Promise<Entry[]> {
  const tools = await entriesIn(bin, "bin").catch((error: Error) => {
    throw new BuildError(`release: no tools: ${error.message}`);
  });
  return [
    // A link must not lead to a file that is not there yet.
    ...tools.filter(({ target }) => target === undefined),
    ...tools.filter(({ target }) => target !== undefined),
    await entryOf(inRoot("LICENSE"), `${DOC}/LICENSE`),
    await entryOf(inRoot("CHANGELOG.md"), `${DOC}/CHANGELOG.md`),
    ...(await examples()),
    ...(await entriesIn(inRoot("docs/man"), "share/man/man8")),
  ];
}

/** The examples without what running them leaves behind, and without the script of `npm start`. */
async function examples(): Promise<Entry[]> {
  const all = await entriesIn(inRoot("examples"), `${DOC}/examples`);
  return all.filter(({ path }) => !/\/supervise\/|\/log\/main\/|\.ts$/.test(path));
}
