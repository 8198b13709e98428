/** The options of `npm run release`. */
import { resolve } from "node:path";
import { commandLine } from "../command-line.ts";
import { BuildError } from "../run.ts";
import { ARCHITECTURES, type Architecture } from "./architectures.ts";

const USAGE = `usage: npm run release [-- --only ARCHITECTURE] [--sign COMMAND]
       npm run release -- --check DIR [--only ARCHITECTURE]

Builds static executables and packages of them into dist/release, for these architectures:
${ARCHITECTURES.map(({ name }) => name).join(", ")}.

  --only ARCHITECTURE  build for this one alone
  --sign COMMAND       have a shell run COMMAND, with SHA256SUMS as its input, and write its output
                       to SHA256SUMS.sig
  --check DIR          compare the packages with those of an earlier release in DIR, name the first
                       file that differs in each, and leave dist/release as it is
`;

export interface ReleaseOptions {
  readonly architectures: readonly Architecture[];
  /** A command for the shell. */
  readonly sign?: string;
  /** The directory of an earlier release. */
  readonly check?: string;
}

export function optionsIn(words: readonly string[]): ReleaseOptions {
  const value = { type: "string" } as const;
  const options = { only: value, sign: value, check: value };
  const { values } = commandLine({ usage: USAGE, options, takesOperands: false }, words);
  const { only, sign, check } = values;
  const architectures = ARCHITECTURES.filter(({ name }) => only === undefined || name === only);
  if (architectures.length === 0) throw usageError(`unknown architecture: ${only}`);
  if (sign !== undefined && check !== undefined) throw usageError("--check signs nothing");
  return {
    architectures,
    ...(sign !== undefined && { sign }),
    // A relative path is resolved from the directory in which npm was called.
    ...(check !== undefined && { check: resolve(process.env.INIT_CWD ?? "", check) }),
  };
}

function usageError(message: string): BuildError {
  return new BuildError(`release: ${message}\n${USAGE}`);
}
