/**
 * What the released executables contain beside runits: the crates, the engine, and the libraries
 * that Rust links. Names, versions and licence texts come from the sources that were compiled.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ENGINE } from "../paths.ts";
import { BuildError, must } from "../run.ts";
import { isLinkedByRust, ZIG_LIBRARIES, zigVersion } from "../zig.ts";
import { noticesOf } from "./notices.ts";
import { plainText } from "./plain-text.ts";

export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  /** Each with its notice of copyright. */
  readonly texts: readonly string[];
}

interface Crate {
  readonly name: string;
  readonly version: string;
  readonly license: string | null;
  readonly repository: string | null;
  readonly manifest_path: string;
}

/** Our own crate. */
const HOST = "host";
const QUIETLY = ["--locked", "--quiet"];
const TEXT_NAME = /^(licen[cs]e|copying|copyright|notice)/i;

/** @param target the Rust target, which has been built @returns in the order of their names */
export async function componentsOf(target: string): Promise<Component[]> {
  const all = await Promise.all([cratesOf(target), engine(), ...(await rustLibraries(target))]);
  return all.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function cratesOf(target: string): Promise<Component[]> {
  const output = await must("cargo", ["metadata", "--format-version", "1", ...QUIETLY]);
  const { packages } = JSON.parse(output) as { packages: readonly Crate[] };
  const linked = await linkedFor(target);
  const crates = packages.filter(({ name, version }) => linked.has(`${name} v${version}`));
  return Promise.all(crates.map((crate) => componentOf(crate, crates)));
}

/**
 * The crates whose code is in the host, as `NAME vVERSION`: not those that only build others.
 * `cargo metadata` cannot say which these are; it has the features of all targets together.
 */
async function linkedFor(target: string): Promise<ReadonlySet<string>> {
  const output = await must("cargo", [
    ...["tree", "--package", HOST, "--target", target, "--edges", "normal,no-proc-macro"],
    ...["--prefix", "none", "--no-dedupe", "--format", "{p}", ...QUIETLY],
  ]);
  const crates = output.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "));
  return new Set(crates.filter((crate) => !crate.startsWith(`${HOST} `)));
}

/** A crate without a text of its own has that of another one of its repository. */
async function componentOf(crate: Crate, all: readonly Crate[]): Promise<Component> {
  const { name, version, license: licence, repository } = crate;
  const siblings = all.filter((one) => repository !== null && one.repository === repository);
  for (const { manifest_path: manifest } of [crate, ...siblings]) {
    const texts = await textsIn(dirname(manifest));
    if (texts.length > 0 && licence !== null) {
      return { name, version, licence, purl: `pkg:cargo/${name}@${version}`, texts };
    }
  }
  throw new BuildError(`release: the crate ${name} ${version} comes without a licence`);
}

/** The engine's C sources; a crate brings them. */
async function engine(): Promise<Component> {
  const folder = join(ENGINE, "quickjs");
  const header = await readFile(join(folder, "quickjs.h"), "utf8");
  const version = ["MAJOR", "MINOR", "PATCH"]
    .map((part) => header.match(`QJS_VERSION_${part} (\\d+)`)?.[1])
    .join(".");
  const texts = await textsIn(folder);
  return {
    name: "quickjs-ng",
    version: `${version}${header.match(/QJS_VERSION_SUFFIX "(.*)"/)?.[1] ?? ""}`,
    licence: "MIT AND Unicode-3.0",
    purl: `pkg:github/quickjs-ng/quickjs@v${version}`,
    texts: [...texts, ...(await noticesOf(folder, texts.join("\n")))],
  };
}

/** Rust's standard library, musl, and what else the linker brings. */
async function rustLibraries(target: string): Promise<Component[]> {
  const sysroot = (await must("rustc", ["--print", "sysroot"])).trim();
  const about = await must("rustc", ["--version", "--verbose"]);
  const version = about.match(/^release: (.*)$/m)?.[1] ?? "";
  const llvm = about.match(/^LLVM version: (.*)$/m)?.[1] ?? "";
  const docs = join(sysroot, "share/doc/rust");
  const rustTexts = ["MIT", "Apache-2.0", "LLVM-exception", "Unicode-3.0"].map((name) =>
    required(join(docs, "licenses", `${name}.txt`)),
  );
  const notices = plainText(await required(join(docs, "COPYRIGHT-library.html")));
  const folder = join(sysroot, "lib/rustlib", target, "lib/self-contained");
  return [
    {
      name: "rust-std",
      version,
      licence: "(MIT OR Apache-2.0) AND Apache-2.0 WITH LLVM-exception AND Unicode-3.0",
      purl: `pkg:github/rust-lang/rust@${version}`,
      texts: [notices, ...(await Promise.all(rustTexts))],
    },
    ...(isLinkedByRust(target)
      ? [await unwinder(llvm), await musl(join(folder, "libc.a"), /\0(\d+\.\d+\.\d+)\0/)]
      : [await zig(), await musl(MUSL_OF_ZIG, /"(.*)"/)]),
  ];
}

async function unwinder(version: string): Promise<Component> {
  return {
    name: "llvm-libunwind",
    version,
    licence: "Apache-2.0 WITH LLVM-exception",
    purl: `pkg:github/llvm/llvm-project@llvmorg-${version}`,
    texts: [await required(join(ZIG_LIBRARIES, "libunwind/LICENSE.TXT"))],
  };
}

/** The functions that a compiler calls, such as for divisions, and zig's part of musl. */
async function zig(): Promise<Component> {
  const version = await zigVersion();
  return {
    name: "zig",
    version,
    licence: "MIT",
    purl: `pkg:pypi/ziglang@${version}`,
    texts: [await required(join(ZIG_LIBRARIES, "../LICENSE"))],
  };
}

const MUSL_OF_ZIG = join(ZIG_LIBRARIES, "libc/musl/src/internal/version.h");

/** @param file in which the pattern finds the version */
async function musl(file: string, pattern: RegExp): Promise<Component> {
  const version = (await readFile(file, "latin1")).match(pattern)?.[1] ?? "";
  return {
    name: "musl",
    version,
    licence: "MIT",
    purl: `pkg:generic/musl@${version}`,
    texts: [await required(join(ZIG_LIBRARIES, "libc/musl/COPYRIGHT"))],
  };
}

/** The files of a folder that have a licence, or a notice of copyright. */
export async function textsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => TEXT_NAME.test(name)).sort();
  return Promise.all(names.map((name) => required(join(folder, name))));
}

async function required(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: Error) => {
    throw new BuildError(`release: no licence text ${basename(path)}: ${error.message}`);
  });
}
