/**
 * Builds the Rust parts: the host, and the bytecode compiler. Does nothing, fast, if nothing
 * changed.
 */
import { isAbsolute } from "node:path";
import { prepareEngine } from "./engine.ts";
import { must, run } from "./run.ts";

/**
 * Finding and loading libc and libm takes a quarter of the time of `sv status`. The host does not
 * need shared ones.
 */
const STATIC = [
  ...["-C", "target-feature=+crt-static", "-C", "relocation-model=static"],
  // As cc(1) does by default; Rust's flags prevent it. The libraries depend on each other.
  ...["-C", "link-args=-Wl,-Bstatic -Wl,--start-group -lgcc -lgcc_eh -lm -lc -Wl,--end-group"],
];

/** @param freezes whether forked supervisors share the engine's memory: docs/engine.md */
export async function buildHost(freezes: boolean): Promise<void> {
  await prepareEngine(freezes);
  const features = freezes ? [] : ["--no-default-features"];
  const common = ["--release", "--quiet", "--package", "host", ...features, "--bin"];
  await must("cargo", ["build", ...common, "runits-compile"]);
  const flags = (await hasStaticLibc()) ? ["--", ...STATIC] : [];
  await must("cargo", ["rustc", ...common, "runits-host", ...flags]);
}

/**
 * Most systems install it with the C compiler; without it, the executable needs the shared
 * libraries.
 */
async function hasStaticLibc(): Promise<boolean> {
  const { ok, output } = await run("cc", ["-print-file-name=libc.a"]);
  return ok && isAbsolute(output.trim()); // cc prints a missing name unchanged
}
