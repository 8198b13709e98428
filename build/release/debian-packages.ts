/** What is in the packages for Debian: `runits`, and `runits-init` for process 1. */
import { gzipSync } from "node:zlib";
import { type Entry, link, text } from "./entry.ts";
import { CONFIGURATION_FILES, systemFiles } from "./system-files.ts";
import { OF_INIT } from "./tool-names.ts";

const BIN = "usr/lib/runits/bin";
const DOC = "usr/share/doc";
const ZSH = "share/zsh/site-functions/_sv";
const LICENCE = "share/doc/runits/LICENSE";
export const MAINTAINER = "runits maintainers <runits@example.org>";

export interface Release {
  readonly version: string;
  /** Debian's name. */
  readonly architecture: string;
  readonly timeS: number;
}

export interface DebianPackage {
  readonly name: string;
  /** deb-control(5): the first line, and the others, which begin with a blank. */
  readonly description: string;
  readonly depends?: string;
  readonly files: readonly Entry[];
  readonly configurationFiles: readonly string[];
  /** Scripts from the root of the sources that make processes switch to a new version. */
  readonly upgrade: readonly string[];
}

/** @param contents the files of a release, below a prefix */
export function debianPackages(contents: readonly Entry[], release: Release): DebianPackage[] {
  return [tools(contents, release), init(contents, release)];
}

function tools(contents: readonly Entry[], release: Release): DebianPackage {
  const files = contents.filter(({ path }) => path !== LICENCE && !OF_INIT.test(path));
  return {
    name: "runits",
    description: `UNIX process supervision, a drop-in for runit
 runsvdir, runsv, sv, chpst and svlogd as static executables. If runit is
 installed, its tools of these names stay beside them, with .runit
 behind their names, and are back when this package is removed.
`,
    files: [
      ...files.map(placed),
      copyright(contents),
      changelog(release),
      overrides("runits", ["statically-linked-binary", "initial-upload-closes-no-bugs"]),
      link("usr/bin/pause", "../lib/runits/bin/chpst"),
      link("usr/bin/runits", "../lib/runits/bin/runsvdir"),
      ...systemFiles(contents),
    ],
    configurationFiles: CONFIGURATION_FILES,
    upgrade: ["packaging/re-exec.sh"],
  };
}

function init(contents: readonly Entry[], { version }: Release): DebianPackage {
  return {
    name: "runits-init",
    description: `UNIX process supervision, as process 1
 runit, runit-init, runsvchdir and utmpset of runits. If runit is
 installed, its tools of these names stay beside them, with .runit
 behind their names, and are back when this package is removed.
 .
 Which init a machine has does not change: /sbin/init stays as it is.
`,
    depends: `runits (= ${version}-1)`,
    files: [
      ...contents.filter(({ path }) => OF_INIT.test(path)).map(placed),
      link(`${DOC}/runits-init`, "runits"),
      overrides("runits-init", ["statically-linked-binary"]),
    ],
    configurationFiles: [],
    upgrade: ["packaging/re-exec-init.sh"],
  };
}

function overrides(name: string, tags: readonly string[]): Entry {
  const lines = tags.map((tag) => `${name}: ${tag} *\n`);
  return text(`usr/share/lintian/overrides/${name}`, lines.join(""));
}

const OTHERS = `
The executables contain these programs, with their own licences. On Debian, the Apache License 2.0 is also in
/usr/share/common-licenses/Apache-2.0.

`;

/** An entry at Debian's place, and compressed as Debian's policy demands. */
function placed(entry: Entry): Entry {
  const { path, content } = entry;
  const gzipped = gzipSync(content, { level: 9 });
  if (path.startsWith("bin/")) return { ...entry, path: `${BIN}/${path.slice(4)}` };
  if (path.startsWith("share/man/")) return { ...entry, path: `usr/${path}.gz`, content: gzipped };
  if (path === ZSH) return { ...entry, path: "usr/share/zsh/vendor-completions/_sv" };
  if (path.endsWith("/CHANGELOG.md")) {
    return { ...entry, path: "usr/share/doc/runits/changelog.gz", content: gzipped };
  }
  return { ...entry, path: `usr/${path}` };
}

/** Our licence, and a list of the others, whose texts are files beside it. */
function copyright(contents: readonly Entry[]): Entry {
  const own = contents.find(({ path }) => path === LICENCE)?.content.toString() ?? "";
  const others = contents.filter(({ path }) => path.startsWith("share/doc/runits/licenses/"));
  const lines = others.map(({ path, content }) => {
    const [name, licence] = content.toString().split("\n");
    return `${name}\n  ${licence}\n  /usr/${path}\n`;
  });
  return text("usr/share/doc/runits/copyright", `${own}${OTHERS}${lines.join("")}`);
}

/** Debian's own, by deb-changelog(5); that of runits is beside it. */
function changelog({ version, timeS }: Release): Entry {
  const date = new Date(timeS * 1000).toUTCString().replace("GMT", "+0000");
  const content = gzipSync(
    `runits (${version}-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- ${MAINTAINER}  ${date}\n`,
    { level: 9 },
  );
  return { ...text("usr/share/doc/runits/changelog.Debian.gz", ""), content };
}
