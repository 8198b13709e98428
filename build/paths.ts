/** Paths from the repository's root, for every script of build/. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const inRoot = (...parts: string[]): string => join(ROOT, ...parts);

/** The Rust target that the product is built for; without it, this machine's own. */
export const TARGET = process.env.RUNITS_TARGET;
const ofTarget = TARGET === undefined ? [] : [TARGET];

/**
 * The output of cargo: the host that programs are sealed into, and the bytecode compiler, which
 * runs on this machine.
 */
export const HOST = inRoot("target", ...ofTarget, "release/runits-host");
export const COMPILER = inRoot("target/release/runits-compile");

/** The engine's crate, as build/engine.ts makes it. */
export const ENGINE = inRoot("target/engine/rquickjs-sys");

/** The product: the executables, and a link for each name that is not a file of its own. */
export const BIN = inRoot("dist", ...ofTarget, "bin");
/** The test programs of tests/programs, in an executable of their own. */
export const TEST_BIN = inRoot("dist/test");
/** The product with a fault switch in it, for tests/faults. */
export const FAULTY_BIN = inRoot("dist/faulty");
export const FAULTY_POSIX = inRoot("tests/faults/faulty/posix.ts");
/** The machine of that product, which checks its invariants. */
export const CHECKED_MACHINE = inRoot("tests/faults/faulty/pair-machine.ts");
