/** Builds what is Rust: the host, and the compiler of bytecode. Does nothing, and fast, where nothing changed. */
import { isAbsolute } from "node:path";
import { must, run } from "./run.ts";

/**
 * To find and load libc and libm takes a quarter of the time in which `sv status` is done. Nothing of the host needs
 * them to be shared.
 */
const STATIC = [
  ...["-C", "target-feature=+crt-static", "-C", "relocation-model=static"],
  // As cc(1) does it by itself unless it is told not to, and Rust tells it. The libraries need each other.
  ...["-C", "link-args=-Wl,-Bstatic -Wl,--start-group -lgcc -lgcc_eh -lm -lc -Wl,--end-group"],
];

export async function buildHost(): Promise<void> {
  const common = ["--release", "--quiet", "--package", "host", "--bin"];
  await must("cargo", ["build", ...common, "runits-compile"]);
  const flags = (await hasStaticLibc()) ? ["--", ...STATIC] : [];
  await must("cargo", ["rustc", ...common, "runits-host", ...flags]);
}

/** Most systems install it with the C compiler; without it, the executable needs the shared libraries. */
async function hasStaticLibc(): Promise<boolean> {
  const { ok, output } = await run("cc", ["-print-file-name=libc.a"]);
  return ok && isAbsolute(output.trim()); // a name that is not found is told as it was asked for
}
