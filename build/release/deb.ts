/**
 * The package for Debian: beside runit, whose tools it diverts.
 *
 * Source of the format: deb(5), deb-control(5), and ar(5) of GNU.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { inRoot } from "../paths.ts";
import { type Entry, entryOf, link, text } from "./entry.ts";
import { CONFIGURATION_FILES, systemFiles } from "./system-files.ts";
import { tarball } from "./tar.ts";
import { OF_INIT } from "./tool-names.ts";

const BIN = "usr/lib/runits/bin";
const ZSH = "share/zsh/site-functions/_sv";
const LICENCE = "share/doc/runits/LICENSE";
const OVERRIDES = `runits: statically-linked-binary *
runits: initial-upload-closes-no-bugs *
`;
const MAINTAINER = "runits maintainers <runits@example.org>";
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];

interface DebOptions {
  readonly version: string;
  /** Debian's name. */
  readonly architecture: string;
  readonly timeS: number;
}

export function debName({ version, architecture }: DebOptions): string {
  return `runits_${version}-1_${architecture}.deb`;
}

/** @param contents the files of a package, below a prefix */
export async function debOf(contents: readonly Entry[], options: DebOptions): Promise<Buffer> {
  const files = [...dataOf(contents), changelog(options)];
  const scripts = await Promise.all(
    SCRIPTS.map((name) => entryOf(inRoot(`packaging/debian/${name}`), name)),
  );
  const reexec = await readFile(inRoot("packaging/re-exec.sh"));
  const control = [
    text("control", controlOf(files, options)),
    text("conffiles", CONFIGURATION_FILES.map((path) => `${path}\n`).join("")),
    text(
      "md5sums",
      files
        .filter(({ target }) => target === undefined)
        .map(sumLine)
        .join(""),
    ),
    ...scripts.map((script) =>
      script.path === "postinst"
        ? { ...script, content: Buffer.concat([script.content, reexec]) }
        : script,
    ),
  ];
  return ar(
    [
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar.gz", tarball(inDot(control), options.timeS)],
      ["data.tar.gz", tarball(inDot(files), options.timeS)],
    ],
    options.timeS,
  );
}

function dataOf(contents: readonly Entry[]): Entry[] {
  const files = contents.filter(({ path }) => path !== LICENCE && !OF_INIT.test(path));
  return [
    ...files.map(placed),
    copyright(contents),
    text("usr/share/lintian/overrides/runits", OVERRIDES),
    link("usr/bin/pause", "../lib/runits/bin/chpst"),
    link("usr/bin/runits", "../lib/runits/bin/runsvdir"),
    ...systemFiles(contents),
  ];
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
function changelog({ version, timeS }: DebOptions): Entry {
  const date = new Date(timeS * 1000).toUTCString().replace("GMT", "+0000");
  const content = gzipSync(
    `runits (${version}-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- ${MAINTAINER}  ${date}\n`,
    { level: 9 },
  );
  return { ...text("usr/share/doc/runits/changelog.Debian.gz", ""), content };
}

function controlOf(files: readonly Entry[], { version, architecture }: DebOptions): string {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  return `Package: runits
Version: ${version}-1
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(bytes / 1024)}
Section: admin
Priority: optional
Description: UNIX process supervision, a drop-in for runit
 runsvdir, runsv, sv, chpst and svlogd as static executables. If runit is
 installed, its tools of these names stay beside them, with .runit
 behind their names, and are back when this package is removed.
`;
}

function sumLine({ path, content }: Entry): string {
  return `${createHash("md5").update(content).digest("hex")}  ${path}\n`;
}

/** Paths as dpkg-deb writes them. */
function inDot(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => ({ ...entry, path: `./${entry.path}` }));
}

/** An archive of members whose sizes are even or padded to it. */
function ar(members: readonly (readonly [string, Buffer])[], timeS: number): Buffer {
  const parts = members.flatMap(([name, content]) => {
    const fields = [name.padEnd(16), String(timeS).padEnd(12), "0".padEnd(6), "0".padEnd(6)];
    const header = `${fields.join("")}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    return [Buffer.from(header), content, Buffer.from(content.length % 2 === 1 ? "\n" : "")];
  });
  return Buffer.concat([Buffer.from("!<arch>\n"), ...parts]);
}
