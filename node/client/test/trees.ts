/** The three kinds of trees that the client is tested on. */

import type { ScanOptions } from "../../../tests/support/scan.ts";
import { debian, ours } from "../../../tests/support/suite.ts";

interface TreeKind {
  readonly name: string;
  readonly supervisor: "runits" | "runit";
  readonly options: ScanOptions;
  readonly skip: string | false;
}

export const FORKED: TreeKind = {
  name: "forked",
  supervisor: "runits",
  options: { suite: ours },
  skip: ours.missing ?? false,
};
const DENSE: TreeKind = { ...FORKED, name: "dense", options: { suite: ours, args: ["--dense"] } };
const DEBIAN: TreeKind = {
  name: "Debian's runit",
  supervisor: "runit",
  options: { suite: debian },
  skip: debian.missing ?? false,
};

export const TREES: readonly TreeKind[] = [FORKED, DENSE, DEBIAN];
