/**
 * The C compiler for targets with musl: zig, which PyPI's package `ziglang` brings with the headers
 * of each target. rustup's own part of the target has the C library, and rust-lld links it: neither
 * a cross compiler nor a foreign architecture of the system is needed.
 */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PREFIX_MAPS } from "./hidden-paths.ts";
import { inRoot } from "./paths.ts";
import { BuildError, must, run } from "./run.ts";

/** The version and its checksums, in pip's format. */
const REQUIREMENTS = "build/zig-requirements.txt";
const FOLDER = inRoot("target/zig");
const ZIG = join(FOLDER, "ziglang/zig");
/** The sources of libraries in zig, of which Rust brings some too, built for the same target. */
export const ZIG_LIBRARIES = join(FOLDER, "ziglang/lib");
/** The requirements that FOLDER was installed from. */
const STAMP = join(FOLDER, "requirements.txt");

/** cargo's settings for a target with musl; installs zig and the target's libraries if need be. */
export async function muslSettings(target: string): Promise<readonly string[]> {
  await installZig();
  await installTarget(target);
  const under = target.replaceAll("-", "_");
  const settings = {
    [`target.${target}.linker`]: "rust-lld",
    [`env.CC_${under}`]: await wrapper(target),
    [`env.AR_${under}`]: await script("ar", 'ar "$@"'),
    [`env.CFLAGS_${under}`]: "-fno-stack-protector",
    "env.ZIG_GLOBAL_CACHE_DIR": join(FOLDER, "cache"),
    "env.ZIG_LOCAL_CACHE_DIR": join(FOLDER, "cache"),
  };
  return Object.entries(settings).flatMap(([name, value]) => [
    "--config",
    `${name}=${JSON.stringify(value)}`,
  ]);
}

async function installZig(): Promise<void> {
  const wanted = await readFile(inRoot(REQUIREMENTS), "utf8");
  if ((await readFile(STAMP, "utf8").catch(() => "")) === wanted) return;
  await must("python3", [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
    ...["--root-user-action=ignore", "--upgrade", "--require-hashes"],
    ...["--target", FOLDER, "--requirement", REQUIREMENTS],
  ]);
  await writeFile(STAMP, wanted);
}

async function installTarget(target: string): Promise<void> {
  const root = (await must("rustc", ["--print", "sysroot"])).trim();
  if ((await stat(join(root, "lib/rustlib", target)).catch(() => undefined)) !== undefined) return;
  const { ok, output } = await run("rustup", ["target", "add", target]);
  if (!ok) throw new BuildError(`Rust has no libraries for ${target}: ${output.trimEnd()}`);
}

/** A C compiler that drops Rust's name of the target, which zig does not know. */
function wrapper(target: string): Promise<string> {
  const name = target.replace("-unknown", "");
  const maps = PREFIX_MAPS.map((map) => `'${map}'`);
  return script(
    `${name}-cc`,
    `cc -target ${name} ${maps.join(" ")} "$@"`,
    'for word; do shift; case $word in --target=*) ;; *) set -- "$@" "$word" ;; esac; done\n',
  );
}

async function script(name: string, words: string, before = ""): Promise<string> {
  const path = join(FOLDER, name);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, `#!/bin/sh\n${before}exec '${ZIG}' ${words}\n`, { mode: 0o755 });
  return path;
}
