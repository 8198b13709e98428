/** The packages of node/, and what each is bundled from. */
import { OLDEST_NODE } from "../../node/node-version.ts";

export interface NodePackage {
  /** From the root. */
  readonly folder: string;
  /** The oldest Node that runs it, as esbuild names it. */
  readonly target: string;
  /** Modules by their names in `dist`, without `.js`. */
  readonly modules: Readonly<Record<string, string>>;
  /** Whether packages from npm in its bundle call `require`. */
  readonly requires?: true;
  /** What a browser runs: main.tsx and page.css of the folder, and files that are copied. */
  readonly page?: { readonly folder: string; readonly copied: readonly string[] };
  /** Whether programs import it, and not only people run it. */
  readonly hasTypes: boolean;
}

const CLIENT: NodePackage = {
  folder: "node/client",
  target: "node20",
  modules: { index: "src/index.ts" },
  hasTypes: true,
};

export const CONSOLE: NodePackage = {
  folder: "node/console",
  target: `node${OLDEST_NODE}`,
  modules: { start: "src/start.ts" },
  requires: true,
  page: { folder: "page", copied: ["index.html", "icon.svg"] },
  hasTypes: false,
};

const IMPORT: NodePackage = {
  folder: "node/import",
  target: `node${OLDEST_NODE}`,
  modules: { start: "src/start.ts" },
  requires: true,
  hasTypes: false,
};

export const NODE_PACKAGES: readonly NodePackage[] = [CLIENT, CONSOLE, IMPORT];
