/**
 * Makes the private members of classes ordinary ones in a bundle: `#member` becomes `_member`, for
 * which esbuild then finds a short name. TypeScript has checked that no other class uses them. For
 * the engine, a private member is several times as much work to create as an ordinary one, and each
 * object of a class with private methods carries a brand.
 */
import { readFile } from "node:fs/promises";
import type { BuildOptions, Plugin } from "esbuild";
import { BuildError } from "./run.ts";

/** What precedes a member in its declaration, and at its use. */
const DECLARED = /^ +(?:(?:static|readonly|async|get|set) )*\*?#(?=[a-z]\w*[?!]?(?:[<(:;]| =))/gm;
const USED = /[\w)\]][?!]?\.#(?=[a-z])/g;
const NAME = /^\w+/;
/** Those of the language have no members that begin with an underscore. */
const EXTENDS_OURS =
  /^(?:export )?(?:abstract )?class (\w+)(?:<.*>)? extends (?!(?:Range)?Error\b)/m;

/**
 * Fields are assigned, not defined: a definition is a function that the engine calls for each
 * object.
 */
export const plainMembers: BuildOptions = {
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  mangleProps: /^_[a-z]/,
};

export const plainMembersPlugin: Plugin = {
  name: "plain members",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/, namespace: "file" }, async ({ path }) => ({
      contents: withPlainMembers(await readFile(path, "utf8"), path),
      loader: "ts",
    }));
  },
};

/**
 * Lines and columns stay.
 *
 * @throws {BuildError} a member is used, and no declaration of it was found; or a class with
 * members extends another
 */
export function withPlainMembers(source: string, path: string): string {
  const declared = new Set(namesAfter(source, DECLARED));
  const missing = namesAfter(source, USED).find((name) => !declared.has(name));
  if (missing !== undefined) throw new BuildError(`${path}: no declaration of #${missing} found`);
  const [, extending] = (declared.size > 0 && EXTENDS_OURS.exec(source)) || [];
  if (extending !== undefined)
    throw new BuildError(`${path}: ${extending} extends a class: no private members`);
  const plain = (found: string): string => `${found.slice(0, -1)}_`;
  return source.replaceAll(DECLARED, plain).replaceAll(USED, plain);
}

function namesAfter(source: string, before: RegExp): string[] {
  return [...source.matchAll(before)].map(({ 0: found, index }) => {
    const [name = ""] = NAME.exec(source.slice(index + found.length)) ?? [];
    return name;
  });
}
