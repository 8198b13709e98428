/**
 * The packages for rpm, apk and Arch, which nfpm writes from one description.
 *
 * Source of the fields: https://nfpm.goreleaser.com/configuration/.
 */
import { mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { inRoot } from "../paths.ts";
import { BuildError, must, run } from "../run.ts";
import { type Entry, link } from "./entry.ts";
import type { Asset } from "./output.ts";
import { systemFiles } from "./system-files.ts";
import { INIT_TOOLS_IN_PATH, OF_INIT, TOOLS_IN_PATH } from "./tool-names.ts";

const VERSION = "2.43.0";
const FOLDER = inRoot(`target/nfpm-${VERSION}`);
const NFPM = join(FOLDER, "nfpm");
const MODULE = `github.com/goreleaser/nfpm/v2/cmd/nfpm@v${VERSION}`;
const BIN = "usr/lib/runits/bin";
/** Kinds of packages, and the ends of their names. */
const KINDS = { rpm: "rpm", apk: "apk", archlinux: "pkg.tar.zst" } as const;
type Kind = keyof typeof KINDS;

interface NfpmOptions {
  readonly version: string;
  /** As nfpm names it. */
  readonly architecture: string;
  readonly timeS: number;
}

/** What a package is made from. */
interface Parts {
  readonly name: string;
  readonly description: string;
  readonly depends: readonly string[];
  readonly files: readonly Entry[];
  /** From the root of the sources: run after an installation and an upgrade. */
  readonly scripts: readonly string[];
}

/**
 * @param contents the files of a release, below a prefix
 * @returns the packages by the names of their files; none without go, which builds nfpm
 */
export async function nfpmPackages(
  contents: readonly Entry[],
  options: NfpmOptions,
): Promise<Asset[]> {
  if (!(await installed())) return [];
  const packages = [];
  for (const parts of [toolsOf(contents), initOf(contents)]) {
    packages.push(...(await packagesOf(parts, options)));
  }
  return packages;
}

async function packagesOf(parts: Parts, options: NfpmOptions): Promise<Asset[]> {
  const work = await mkdtemp(join(tmpdir(), "runits-nfpm-"));
  try {
    for (const file of parts.files) await stage(join(work, "root"), file);
    const script = join(work, "postinstall");
    const texts = await Promise.all(parts.scripts.map((part) => readFile(inRoot(part), "utf8")));
    await writeFile(script, texts.join(""));
    await utimes(script, options.timeS, options.timeS); // the one for apk has it
    const config = join(work, "nfpm.json"); // JSON is YAML
    await writeFile(config, JSON.stringify(description(parts, work, options)));
    const packages = [];
    for (const kind of Object.keys(KINDS) as Kind[]) {
      const name = `${parts.name}-${options.version}-1.${options.architecture}.${KINDS[kind]}`;
      const target = join(work, name);
      const words = ["package", "--config", config, "--packager", kind, "--target", target];
      await must("env", [`SOURCE_DATE_EPOCH=${options.timeS}`, NFPM, ...words]);
      packages.push({ name, content: await readFile(target) });
    }
    return packages;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Whether a release has built nfpm. */
export async function hasNfpm(): Promise<boolean> {
  return (await stat(NFPM).catch(() => undefined)) !== undefined;
}

/** @returns whether nfpm is there; builds it if need be */
async function installed(): Promise<boolean> {
  if (await hasNfpm()) return true;
  if (!(await run("go", ["version"])).ok) return false;
  const { ok, output } = await run("env", [`GOBIN=${FOLDER}`, "go", "install", MODULE]);
  if (!ok) throw new BuildError(`release: unable to build nfpm: ${output.trimEnd()}`);
  return true;
}

function toolsOf(contents: readonly Entry[]): Parts {
  const files = contents.filter(({ path }) => !OF_INIT.test(path));
  const links = Object.entries(TOOLS_IN_PATH).map(([name, of]) => inPath(name, of));
  const system = systemFiles(contents).filter(({ path }) => !path.startsWith("etc/"));
  const below = system.map((entry) => ({
    ...entry,
    path: entry.path.replace(/^lib\//, "usr/lib/"),
  }));
  return {
    name: "runits",
    description: "UNIX process supervision, a drop-in for runit",
    depends: [],
    files: [...files.map(placed), ...links, ...below],
    scripts: ["packaging/scripts/postinstall", "packaging/re-exec.sh"],
  };
}

function initOf(contents: readonly Entry[]): Parts {
  const files = contents.filter(({ path }) => OF_INIT.test(path));
  return {
    name: "runits-init",
    description: "UNIX process supervision, as process 1",
    depends: ["runits"],
    files: [...files.map(placed), ...INIT_TOOLS_IN_PATH.map((name) => inPath(name, name))],
    scripts: ["packaging/scripts/postinstall", "packaging/re-exec-init.sh"],
  };
}

function inPath(name: string, of: string): Entry {
  return link(`usr/bin/${name}`, `../lib/runits/bin/${of}`);
}

function placed(entry: Entry): Entry {
  const { path, content } = entry;
  if (path.startsWith("bin/")) return { ...entry, path: `${BIN}/${path.slice(4)}` };
  if (!path.startsWith("share/man/")) return { ...entry, path: `usr/${path}` };
  return { ...entry, path: `usr/${path}.gz`, content: gzipSync(content, { level: 9 }) };
}

async function stage(root: string, { path, content, target }: Entry): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  if (target === undefined) await writeFile(join(root, path), content);
  else await symlink(target, join(root, path));
}

function description(parts: Parts, work: string, options: NfpmOptions): object {
  const { version, architecture, timeS } = options;
  const mtime = new Date(timeS * 1000).toISOString();
  const script = join(work, "postinstall");
  return {
    name: parts.name,
    arch: architecture,
    platform: "linux",
    version,
    release: "1",
    mtime,
    maintainer: "runits maintainers <runits@example.org>",
    description: parts.description,
    depends: parts.depends,
    license: "BSD-3-Clause",
    // Both have /usr/bin/sv. Only dpkg can keep the other's aside.
    conflicts: ["runit"],
    rpm: { buildhost: "localhost", group: "System Environment/Daemons" },
    scripts: { postinstall: script },
    apk: { scripts: { postupgrade: script } },
    archlinux: { scripts: { postupgrade: script } },
    disable_globbing: true,
    contents: parts.files.map(({ path, mode, target }) => ({
      src: target ?? join(work, "root", path),
      dst: `/${path}`,
      ...(target !== undefined && { type: "symlink" }),
      file_info: { mode, mtime, owner: "root", group: "root" },
    })),
  };
}
