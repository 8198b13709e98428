/**
 * What every package contains: the tools, their manual pages, completions for shells, the licences
 * and the examples.
 */
import { completionFiles } from "../completions.ts";
import { inRoot } from "../paths.ts";
import { BuildError } from "../run.ts";
import type { Component } from "./components.ts";
import { type Entry, entriesIn, entryOf, text } from "./entry.ts";
import { licencesIn } from "./licences.ts";
import { sbomOf } from "./sbom.ts";

const DOC = "share/doc/runits";

/** What is linked into the tools, and the version and time of the release. */
interface Provenance {
  readonly components: readonly Component[];
  readonly version: string;
  readonly timeS: number;
}

/** @param bin a directory with the built tools @returns paths below a prefix, in order */
export async function contentsOf(bin: string, provenance: Provenance): Promise<Entry[]> {
  const tools = await entriesIn(bin, "bin").catch((error: Error) => {
    throw new BuildError(`release: no tools: ${error.message}`);
  });
  return [
    // A link must not lead to a file that is not there yet.
    ...tools.filter(({ target }) => target === undefined),
    ...tools.filter(({ target }) => target !== undefined),
    ...completionFiles().map(({ path, content }) => ({ ...text(path, ""), content })),
    await entryOf(inRoot("LICENSE"), `${DOC}/LICENSE`),
    ...licencesIn(`${DOC}/licenses`, provenance.components),
    text(`${DOC}/sbom.cdx.json`, sbomOf(provenance.components, provenance)),
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
