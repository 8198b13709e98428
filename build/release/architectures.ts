import { inRoot } from "../paths.ts";

/** The machines that `npm run release` builds for, in one table. */
export interface Architecture {
  /** As Docker's TARGETARCH and Debian name it. */
  readonly name: string;
  /** The Rust target. */
  readonly target: string;
  /** As Node names it in process.arch. */
  readonly node: string;
}

export const ARCHITECTURES: readonly Architecture[] = [
  { name: "amd64", target: "x86_64-unknown-linux-musl", node: "x64" },
  { name: "arm64", target: "aarch64-unknown-linux-musl", node: "arm64" },
];

const ofThisMachine = ARCHITECTURES.find(({ node }) => node === process.arch);
/** The tools for this machine; undefined if it has none of these architectures. */
export const RELEASED_BIN = ofThisMachine && inRoot("dist", ofThisMachine.target, "bin");
