/** The packages of node/, and what each is bundled from. */

export interface NodePackage {
  /** From the root. */
  readonly folder: string;
  /** The oldest Node that runs it, as esbuild names it. */
  readonly target: string;
  /** Modules by their names in `dist`, without `.js`. */
  readonly modules: Readonly<Record<string, string>>;
  /** Whether programs import it, and not only people run it. */
  readonly hasTypes: boolean;
}

export const NODE_PACKAGES: readonly NodePackage[] = [
  {
    folder: "node/client",
    target: "node20",
    modules: { index: "src/index.ts" },
    hasTypes: true,
  },
];
