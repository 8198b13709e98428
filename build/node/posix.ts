/**
 * Module posix of a bundle for Node: node/client/src/posix.ts. What the contract has beyond it is a
 * text, of which no copy may be left in a bundle: esbuild drops it with the functions that nobody
 * calls.
 */
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import * as provided from "../../node/client/src/posix.ts";
import { inRoot } from "../paths.ts";

const NAMESPACE = "posix";

export const posixOfNode: Plugin = {
  name: NAMESPACE,
  setup: ({ onResolve, onLoad }) => {
    // It waits for a process, which Node does in another way.
    onResolve({ filter: /^\.\/decompress\.ts$/ }, ({ importer }) =>
      importer.includes("/tools/sv/logs/")
        ? { path: inRoot("node/client/src/decompress.ts") }
        : undefined,
    );
    onResolve({ filter: /^posix$/ }, () => ({ path: "posix", namespace: NAMESPACE }));
    onLoad({ filter: /^/, namespace: NAMESPACE }, async () => {
      const contract = await readFile(inRoot("posix/posix.d.ts"), "utf8");
      const missing = [...contract.matchAll(/^ +export (?:function|const) (\w+)/gm)]
        .map(([, name = ""]) => name)
        .filter((name) => !Object.hasOwn(provided, name));
      const absent = missing.map((name) => `export const ${name} = "${markOf(name)}";`);
      return {
        contents: [`export * from "./node/client/src/posix.ts";`, ...absent].join("\n"),
        resolveDir: inRoot(),
      };
    });
  },
};

/** The calls of the contract that a bundle needs and Node does not have. */
export function absentCalls(bundle: string): string[] {
  return [
    ...new Set([...bundle.matchAll(/no posix\.(\w+) for Node/g)].map(([, name = ""]) => name)),
  ];
}

function markOf(name: string): string {
  return `no posix.${name} for Node`;
}
