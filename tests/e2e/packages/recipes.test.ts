/** The recipes for package managers that no machine here has, as far as that can be tried. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { archiveName, archiveOf } from "../../../build/release/archive.ts";
import { contentsUnderTest } from "../../support/package.ts";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { originalInPlace } from "../../support/suite.ts";

const HOME = resolve(import.meta.dirname, "../../..");
const TEMPLATE = join(HOME, "packaging/void/template");
const skip = { skip: originalInPlace && "ours only" };

/** What xbps-src provides to a template, by its manual. */
const XBPS = `
vmkdir() { mkdir -p "$DESTDIR/$1"; }
vcopy() { cp -a "$1" "$DESTDIR/$2"; }
vlicense() { mkdir -p "$DESTDIR/usr/share/licenses/$pkgname"; cp "$1" "$DESTDIR/usr/share/licenses/$pkgname"; }
`;

function recipe(path: string): string {
  return readFileSync(join(HOME, "packaging", path), "utf8");
}

test("the template for Void installs the tools of an archive", skip, async (t) => {
  const box = sandbox(t);
  const options = { version: "1.0.0", architecture: "test", timeS: 1 };
  const archive = await archiveOf(await contentsUnderTest(), options);
  execFileSync("tar", ["xzf", "-"], { cwd: box.dir, input: archive });
  const script = `XBPS_TARGET_MACHINE=x86_64; ${XBPS} . '${TEMPLATE}'; do_install`;
  const root = join(box.dir, "destination");
  const { code, stderr } = await run(box, ["sh", "-euc", script], {
    cwd: join(box.dir, archiveName(options)),
    env: { DESTDIR: root },
  });
  assert.deepEqual([code, stderr], [0, ""]);
  const version = await run(box, [join(root, "usr/bin/runits"), "--version"]);
  assert.deepEqual([version.code, version.stderr], [0, ""]);
  for (const path of ["share/man/man8/sv.8", "share/licenses/runits/LICENSE"]) {
    assert.ok(existsSync(join(root, "usr", path)), path);
  }
});

test("the recipes are of this version", skip, () => {
  const { version } = JSON.parse(readFileSync(join(HOME, "package.json"), "utf8"));
  assert.ok(recipe("void/template").includes(`\nversion=${version}\n`));
  assert.ok(recipe("homebrew/runits.rb").includes(`version "${version}"`));
  assert.ok(recipe("nix/flake.nix").includes(`"runits-${version}"`));
});

test("the module for NixOS has the settings of the unit", skip, () => {
  const unit = readFileSync(join(HOME, "examples/boot/runits.service"), "utf8");
  const module = recipe("nix/flake.nix");
  const [, service = ""] = unit.match(/\[Service\]([^[]*)/) ?? [];
  const settings = [...service.matchAll(/^(\w+)=(.*)$/gm)];
  assert.notEqual(settings.length, 0);
  for (const [, name = "", value = ""] of settings) {
    const [, its = ""] = module.match(new RegExp(`^ *${name} = "?(.*?)"?;$`, "m")) ?? [];
    const words = value.replace("/usr/local/", "").replace("/etc/service", "");
    const same = its.replace(/\$\{package\}\//, "").replace(/\$\{options\.directory\}/, "");
    assert.equal(same, words, name);
  }
});
