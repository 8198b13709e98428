/** chpst -C and -/: directory, root, and the names of users in it. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  asRoot,
  box,
  chpst,
  failed,
  makeRoot,
  NOBODY,
  ourOwn,
  printed,
} from "../../support/chpst.ts";
import { ours } from "../../support/suite.ts";

/** A getent(1) for a root, which leaves a mark there that it was executed. */
function placeGetent(root: string): void {
  const getent = join(root, "bin/getent");
  const lines =
    "case $1 in passwd) echo Alien:x:4321:1234::/:/bin/sh;; group) echo space:x:99:; esac";
  const known = '[ "$2" = alien ] || [ "$2" = space ] || exit 2';
  writeFileSync(getent, `#!/bin/sh\n: >/executed\n${known}\n${lines}\n`);
  chmodSync(getent, 0o755);
}

test("-C changes the directory of the program", ourOwn, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "sub"));
  assert.equal(await printed(at, ["-C", "sub", "pwd"]), `${at.dir}/sub\n`);
  assert.equal(await printed(at, ["-C", "sub", "-C", "/", "pwd"]), "/\n");
  // Before the program is looked for, and after the variables are.
  writeFileSync(join(at.dir, "sub/prog"), "#!/bin/sh\necho prog $V\n", { mode: 0o755 });
  mkdirSync(join(at.dir, "env"));
  writeFileSync(join(at.dir, "env/V"), "v");
  assert.equal(await printed(at, ["-C", "sub", "-e", "env", "./prog"]), "prog v\n");
  const text = "chpst: fatal: unable to change directory: none: file does not exist\n";
  assert.deepEqual(await chpst(at, ["-C", "none", "true"]), failed(text));
});

test("-C is done with the rights of whom chpst was started by", asRoot, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "closed"), { mode: 0o700 });
  assert.equal(
    await printed(at, ["-C", "closed", "-u", "nobody", "sh", "-c", "id -u"]),
    `${NOBODY}\n`,
  );
});

test("-C is within the root that -/ changes to", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/bin/pwd");
  assert.equal(await printed(at, ["-/", root, "-C", "sub", "/bin/pwd"]), "/sub\n");
  assert.equal(await printed(at, ["-C", "/sub", "-/", root, "/bin/pwd"]), "/sub\n");
  assert.equal(await printed(at, ["-/", root, "/bin/pwd"]), "/\n");
});

test("names that the new root does not know mean what they mean outside", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/usr/bin/printenv", "/bin/cat");
  const who = ["-/", root, "-U", "nobody", "printenv", "UID", "GID"];
  assert.equal(await printed(at, who), `${NOBODY}\n${NOBODY}\n`);
  // Names that it knows come first.
  mkdirSync(join(root, "etc"));
  writeFileSync(join(root, "etc/passwd"), "nobody:x:77:88::/:/bin/false\n");
  assert.equal(await printed(at, who), "77\n88\n");
  const other = ["-/", root, "-u", "daemon:daemon", "-U", "daemon", "printenv", "UID"];
  assert.equal(await printed(at, other), "1\n");
  const text = "chpst: fatal: unknown user/group: nosuch\n";
  assert.deepEqual(await chpst(at, ["-/", root, "-u", "nosuch", "cat"]), failed(text));
});

test("a name that is not in the files is what getent(1) says", asRoot, async (t) => {
  const at = box(t);
  const tool = join(ours.bin, "chpst");
  const root = await makeRoot(at, "/bin/sh", "/usr/bin/printenv", tool);
  placeGetent(root);
  const within = ["-/", root, tool];
  const ids = ["printenv", "UID", "GID"];
  assert.equal(await printed(at, [...within, "-U", "alien", ...ids]), "4321\n1234\n");
  assert.equal(await printed(at, [...within, "-U", "alien:space", ...ids]), "4321\n99\n");
  for (const name of ["nosuch", "1", "alien:nosuch"]) {
    const text = `chpst: fatal: unknown user/group: ${name}\n`;
    assert.deepEqual(await chpst(at, [...within, "-U", name, ...ids]), failed(text));
  }
});

test("nothing in the root that -/ changes to is executed to look up a name", asRoot, async (t) => {
  const at = box(t);
  const root = await makeRoot(at, "/bin/sh", "/usr/bin/printenv");
  placeGetent(root);
  mkdirSync(join(root, "etc"));
  for (const option of ["-u", "-U"]) {
    for (const name of ["alien", "nobody:space"]) {
      const text = `chpst: fatal: unknown user/group: ${name}\n`;
      const words = ["-/", root, option, name, "printenv"];
      assert.deepEqual(await chpst(at, words), failed(text));
    }
  }
  assert.ok(!existsSync(join(root, "executed")));
});

test("-e works where the current directory cannot be opened", asRoot, async (t) => {
  const at = box(t);
  mkdirSync(join(at.dir, "env"));
  writeFileSync(join(at.dir, "env/A"), "a");
  mkdirSync(join(at.dir, "closed"), { mode: 0o711 });
  const words = ["-e", "../env", "printenv", "A"];
  assert.equal(await printed(at, words, { cwd: join(at.dir, "closed"), uid: NOBODY }), "a\n");
});
