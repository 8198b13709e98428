/** A case of the fault matrix, made from a fault that strikes a tree. */
import type { Suite } from "../support/suite.ts";
import { FaultTree, unkept, type Verdict } from "./fault-tree.ts";
import { faulty } from "./switch.ts";

export interface Case {
  /** Cases of one kind share a row of the table. */
  readonly kind: string;
  readonly name: string;
  /** svlogd is killed: a line that it has read and not yet written is lost with it. */
  readonly mayLoseLines?: boolean;
  /**
   * It cannot be played with the original: it needs the fault switch, or a program that only ours
   * has.
   */
  readonly isOursAlone?: boolean;
  readonly play: (suite: Suite) => Promise<Verdict>;
}

export interface FaultCase extends Omit<Case, "play"> {
  /** Brings the fault about, and mends it if only an administrator can. */
  readonly injectFault: (tree: FaultTree) => Promise<void>;
  /** Of runsvdir. */
  readonly options?: readonly string[];
  /** A command in front of runsvdir. */
  readonly via?: () => readonly string[];
}

/** It is a complaint if even an administrator cannot mend the tree. */
export function caseOf({ injectFault, options, via, ...rest }: FaultCase): Case {
  const play = async (suite: Suite): Promise<Verdict> => {
    const tree = new FaultTree(rest.isOursAlone === true ? faulty : suite, options, via?.());
    try {
      try {
        await injectFault(tree);
      } catch (error) {
        return unkept(error);
      }
      return await tree.judge();
    } finally {
      await tree.close();
    }
  };
  return { ...rest, play };
}
