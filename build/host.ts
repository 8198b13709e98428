/**
 * Builds the Rust parts: the host, and the bytecode compiler. Does nothing, fast, if nothing
 * changed.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { prepareEngine } from "./engine.ts";
import { ROOT, TARGET } from "./paths.ts";
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

/** The C compiler, which also links; for another target by the name that Debian gives it. */
const CC = TARGET === undefined ? "cc" : `${TARGET.replace("-unknown", "")}-gcc`;

/** @param freezes whether forked supervisors share the engine's memory: docs/engine.md */
export async function buildHost(freezes: boolean): Promise<void> {
  await prepareEngine(freezes);
  hidePaths();
  const features = freezes ? [] : ["--no-default-features"];
  const common = ["--release", "--quiet", "--package", "host", ...features, "--bin"];
  await must("cargo", ["build", ...common, "runits-compile"]);
  const flags = (await hasStaticLibc()) ? ["--", ...STATIC] : [];
  const target = TARGET === undefined ? [] : ["--target", TARGET];
  if (TARGET !== undefined) {
    process.env[`CARGO_TARGET_${TARGET.toUpperCase().replaceAll("-", "_")}_LINKER`] ??= CC;
  }
  await must("cargo", ["rustc", ...common, "runits-host", ...target, ...flags]);
}

/**
 * Keeps the directories of this machine out of the executables, in which panics and assertions
 * name files: two builds of one source are the same wherever they are made.
 */
function hidePaths(): void {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const places = [
    [join(cargo, "registry/src"), "cargo"],
    [ROOT, "runits"],
  ];
  const rust = places.map(([path, name]) => `--remap-path-prefix=${path}=/${name}`);
  const c = places.map(([path, name]) => `-ffile-prefix-map=${path}=/${name}`);
  process.env.RUSTFLAGS = [process.env.RUSTFLAGS, ...rust].filter(Boolean).join(" ");
  process.env.CFLAGS = [process.env.CFLAGS, ...c].filter(Boolean).join(" ");
}

/**
 * Most systems install it with the C compiler; without it, the executable needs the shared
 * libraries.
 */
async function hasStaticLibc(): Promise<boolean> {
  const { ok, output } = await run(CC, ["-print-file-name=libc.a"]);
  return ok && isAbsolute(output.trim()); // it prints a missing name unchanged
}
