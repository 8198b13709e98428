/** The components of a package of node/: what its bundles have from npm. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inRoot } from "../paths.ts";
import { BuildError } from "../run.ts";
import { type Component, textsIn } from "./components.ts";

interface Description {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** @param folders of packages, as npm has installed them @returns each once, in order */
export async function npmComponents(folders: readonly string[]): Promise<Component[]> {
  const found = await Promise.all(folders.map(componentIn));
  const byName = new Map(found.map((component) => [component.purl, component]));
  return [...byName.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

async function componentIn(folder: string): Promise<Component> {
  const description = await readFile(join(folder, "package.json"), "utf8");
  const { name, version, license: licence } = JSON.parse(description) as Description;
  const texts = await textsIn(folder);
  if (texts.length === 0) texts.push(await textBesides(name));
  if (licence === undefined) throw new BuildError(`release: ${name} ${version} has no licence`);
  // Source: https://github.com/package-url/purl-spec, type npm.
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { name, version, licence, purl, texts };
}

/** The text for a package that names its licence and comes without the text. */
async function textBesides(name: string): Promise<string> {
  const path = inRoot("packaging/licences", `${name}.txt`);
  return readFile(path, "utf8").catch(() => {
    throw new BuildError(`release: ${name} comes without a licence text: write ${path}`);
  });
}
