import { inRoot } from "../paths.ts";

/** The machines that `npm run release` builds for, in one table. */
export interface Architecture {
  /** As Docker's TARGETARCH names it. */
  readonly name: string;
  readonly debian: string;
  /** As nfpm names it, which translates it for each kind of package. */
  readonly nfpm: string;
  /** The Rust target. */
  readonly target: string;
  /** As Node names it in process.arch. */
  readonly node: string;
}

export const ARCHITECTURES: readonly Architecture[] = [
  architecture({ name: "amd64", target: "x86_64-unknown-linux-musl", node: "x64" }),
  architecture({ name: "arm64", target: "aarch64-unknown-linux-musl" }),
  architecture({
    ...{ name: "arm", debian: "armhf", nfpm: "arm7" },
    target: "armv7-unknown-linux-musleabihf",
  }),
  architecture({ name: "riscv64", target: "riscv64gc-unknown-linux-musl" }),
];

const ofThisMachine = ARCHITECTURES.find(({ node }) => node === process.arch);
/** The tools for this machine; undefined if it has none of these architectures. */
export const RELEASED_BIN = ofThisMachine && inRoot("dist", ofThisMachine.target, "bin");

/** All call it the same unless another name is given. */
function architecture(
  names: Pick<Architecture, "name" | "target"> & Partial<Architecture>,
): Architecture {
  const { name } = names;
  return { debian: name, nfpm: name, node: name, ...names };
}
