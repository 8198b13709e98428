/** The packages of `npm run release` for Debian, with the executables under test. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { debsOf } from "../../../build/release/deb.ts";
import { contentsUnderTest } from "../../support/package.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { originalInPlace } from "../../support/suite.ts";

const skip = {
  skip: originalInPlace ? "ours only" : !existsSync("/usr/bin/dpkg-deb") && "no dpkg",
};
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];
const OPTIONS = { version: "1.0.0", architecture: "amd64", timeS: 86_400 };

/** @returns the paths of the packages */
async function write({ dir }: Sandbox): Promise<string[]> {
  const packages = await debsOf(await contentsUnderTest(), OPTIONS);
  return packages.map(({ name, content }) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  });
}

test(
  "dpkg-deb reads the package, which has no file of Debian's runit but diverted pages",
  skip,
  async (t) => {
    const box = sandbox(t);
    const [file = "", ofInit = ""] = await write(box);
    const { code, stdout } = await run(box, ["dpkg-deb", "--field", file, "Package", "Version"]);
    assert.deepEqual([code, stdout], [0, "Package: runits\nVersion: 1.0.0-1\n"]);

    execFileSync("dpkg-deb", ["--raw-extract", file, join(box.dir, "root")]);
    const sums = await run(box, ["md5sum", "--check", "--quiet", "DEBIAN/md5sums"], {
      cwd: join(box.dir, "root"),
    });
    assert.deepEqual([sums.code, sums.stderr], [0, ""]);
    const at = (path: string): boolean => existsSync(join(box.dir, "root", path));
    const text = (path: string): string => readFileSync(join(box.dir, "root", path), "utf8");
    const copyright = text("usr/share/doc/runits/copyright");
    const [, listed = ""] = copyright.match(/^libexample 2\.0\.1\n.*\n {2}(.*)\n$/m) ?? [];
    assert.ok(at(listed), copyright);
    assert.ok(at("usr/lib/runits/bin/runsv") && at("usr/bin/runits") && at("usr/bin/pause"));
    for (const path of ["usr/bin/sv", "usr/sbin/runsvchdir", "usr/lib/runits/bin/runit"]) {
      assert.ok(!at(path), path);
    }
    for (const path of ["lib/systemd/system", "usr/lib/systemd/user"]) {
      assert.match(
        text(`${path}/runits.service`),
        /^\[Unit\]\n.*^ExecStart=\/usr\/bin\/runsvdir /ms,
      );
    }
    assert.match(text("lib/systemd/system/runits.service"), /^Conflicts=runit.service$/m);
    assert.match(text("etc/init.d/runits"), /^bin=\/usr\/bin$/m);
    assert.equal(text("DEBIAN/conffiles"), "/etc/init.d/runits\n");
    for (const script of SCRIPTS) {
      const { code, stderr } = await run(box, ["sh", "-n", join(box.dir, "root/DEBIAN", script)]);
      assert.deepEqual([code, stderr], [0, ""], script);
    }

    execFileSync("dpkg-deb", ["--raw-extract", ofInit, join(box.dir, "init")]);
    const files = (name: string): string[] => readdirSync(join(box.dir, "init", name)).sort();
    const names = ["runit", "runit-init", "runsvchdir", "utmpset"];
    assert.deepEqual(files("usr/lib/runits/bin"), names);
    assert.deepEqual(files("usr/share/man/man8"), names.map((name) => `${name}.8.gz`).sort());
    assert.deepEqual(files(""), ["DEBIAN", "usr"]);
    const control = readFileSync(join(box.dir, "init/DEBIAN/control"), "utf8");
    assert.match(control, /^Package: runits-init$/m);
    assert.match(control, /^Depends: runits \(= 1\.0\.0-1\)$/m);
    const version = await run(box, [join(box.dir, "root/usr/bin/runits"), "--version"]);
    assert.deepEqual([version.code, version.stderr], [0, ""]);
  },
);
