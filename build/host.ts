/**
 * Builds the Rust parts: the host, and the bytecode compiler. Does nothing, fast, if nothing
 * changed.
 */
import { isAbsolute } from "node:path";
import { prepareEngine } from "./engine.ts";
import { hidePaths } from "./hidden-paths.ts";
import { TARGET } from "./paths.ts";
import { must, run } from "./run.ts";
import { isForLinux, isLinkedByRust, zigSettings } from "./zig.ts";

/**
 * Finding and loading libc and libm takes a quarter of the time of `sv status`. The host does not
 * need shared ones.
 */
const STATIC = ["-C", "target-feature=+crt-static", "-C", "relocation-model=static"];
/** As cc(1) does by default; Rust's flags prevent it. The libraries depend on each other. */
const GNU_LIBRARIES = [
  "-C",
  "link-args=-Wl,-Bstatic -Wl,--start-group -lgcc -lgcc_eh -lm -lc -Wl,--end-group",
];

/** A note, whose program header build/elf.ts takes: without glibc there is no other. */
const NOTE = "--build-id";

/** For a linker that brings musl itself. */
const FOREIGN_MUSL = ["-C", "link-self-contained=no", "-C", "default-linker-libraries=yes"];

const isMusl = (target: string): boolean => /-musl(eabihf)?$/.test(target);

/** The C compiler, which also links; for another target by the name that Debian gives it. */
const CC = TARGET === undefined ? "cc" : `${TARGET.replace("-unknown", "")}-gcc`;

/**
 * - `"no-freeze"`: forked supervisors do not share the engine's memory: docs/engine.md;
 * - `"portable"`: nor is there any other call that only Linux has: docs/portability.md.
 */
type HostVariant = "normal" | "no-freeze" | "portable";

const FEATURES: Readonly<Record<HostVariant, readonly string[]>> = {
  normal: [],
  "no-freeze": ["--no-default-features"],
  portable: ["--no-default-features", "--features", "portable"],
};

export async function buildHost(variant: HostVariant): Promise<void> {
  await prepareEngine(variant !== "no-freeze");
  await hidePaths();
  const features = FEATURES[variant];
  const common = ["--release", "--quiet", "--package", "host", ...features, "--bin"];
  await must("cargo", ["build", ...common, "runits-compile"]);
  const { settings, flags } = await toolchain();
  await must("cargo", ["rustc", ...common, "runits-host", ...settings, "--", ...flags]);
}

/** cargo's settings for the target, and the flags for rustc. */
async function toolchain(): Promise<Record<"settings" | "flags", readonly string[]>> {
  if (TARGET === undefined) return { settings: [], flags: await flagsOfGnu() };
  const target = ["--target", TARGET];
  if (isMusl(TARGET)) {
    return {
      settings: [...target, ...(await zigSettings(TARGET))],
      flags: [...STATIC, ...flagsOfMusl(TARGET)],
    };
  }
  if (!isForLinux(TARGET)) {
    return { settings: [...target, ...(await zigSettings(TARGET))], flags: [] };
  }
  process.env[`CARGO_TARGET_${TARGET.toUpperCase().replaceAll("-", "_")}_LINKER`] ??= CC;
  return { settings: target, flags: await flagsOfGnu() };
}

function flagsOfMusl(target: string): readonly string[] {
  if (isLinkedByRust(target)) return ["-C", `link-arg=${NOTE}`];
  return [...FOREIGN_MUSL, "-C", `link-arg=-Wl,${NOTE}`];
}

/**
 * Most systems install a static libc with the C compiler; without it, the executable needs the
 * shared libraries.
 */
async function flagsOfGnu(): Promise<readonly string[]> {
  const { ok, output } = await run(CC, ["-print-file-name=libc.a"]);
  const isThere = ok && isAbsolute(output.trim()); // it prints a missing name unchanged
  return isThere ? [...STATIC, ...GNU_LIBRARIES] : [];
}
