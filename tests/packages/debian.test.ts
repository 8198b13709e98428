/** The packages on a Debian: over runit with services of other packages, and without runit. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { noNamespace } from "../support/process-one.ts";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both, withPrograms } from "../support/skip.ts";
import { originalInPlace } from "../support/suite.ts";
import { Debian, onDebian } from "./debian.ts";
import { debs, newerDebs, released } from "./release.ts";

const TOOLS = ["chpst", "runsv", "runsvdir", "sv", "svlogd"].map((name) => `usr/bin/${name}`);
const TOOLS_OF_INIT = ["runit", "runsvchdir", "utmpset"].map((name) => `usr/sbin/${name}`);
const OF_RUNIT = "runit runit-run getty-run socklog-run mini-httpd-run";
/** The executables of tools that are links. */
const EXECUTABLES: Readonly<Record<string, string>> = {
  runsv: "runsvdir",
  runsvchdir: "sv",
  utmpset: "sv",
};
/** Services that stay up in a chroot. */
const SERVICES = "web socklog-unix mini-httpd";
const SVLOGD = "#!/bin/sh\nexec svlogd /var/log/web\n";

const options = both(
  { skip: originalInPlace && "ours only" },
  { skip: process.arch !== "x64" && "the Debian is for amd64" },
  { skip: noNamespace },
  onDebian,
  asRoot,
  withPrograms("dpkg-deb", "ip"),
);

/** Looks every few milliseconds which tools are missing. */
class ToolWatch {
  readonly #missing = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #looks = 0;

  constructor(debian: Debian) {
    this.#timer = setInterval(() => {
      this.#looks++;
      for (const path of [...TOOLS, ...TOOLS_OF_INIT]) {
        if (!existsSync(debian.path(path))) this.#missing.add(path);
      }
    }, 2);
  }
  end(): void {
    clearInterval(this.#timer);
    assert.deepEqual([...this.#missing], []);
    assert.notEqual(this.#looks, 0);
  }
}

function addWeb(debian: Debian, name = "web"): void {
  debian.write(`etc/sv/${name}/run`, "#!/bin/sh\nexec sleep 1000\n", 0o755);
  debian.write(`etc/sv/${name}/log/run`, SVLOGD.replace("web", name), 0o755);
}

/** Waits until the services and their log services run. */
function start(debian: Debian, services: string): Promise<string> {
  const all = services.split(" ").flatMap((name) => [name, `${name}/log`]);
  return debian.type(
    `until sv status ${services}; do sleep 1; done; sv -w 60 start ${all.join(" ")}`,
  );
}

/** The processes of the services and their log services. */
function pids(debian: Debian, services: string): Promise<string> {
  return debian.type(
    `for name in ${services}; do echo $name $(cat /etc/service/$name/supervise/pid /etc/service/$name/log/supervise/pid); done`,
  );
}

/** Paths of executables: of each runsvdir, and of `sv` in the PATH. */
function executables(debian: Debian): Promise<string> {
  return debian.type(
    'for pid in $(pgrep -x runsvdir); do readlink /proc/$pid/exe; done; readlink -f "$(command -v sv)"',
  );
}

/** @returns the paths that the files have on the Debian then */
function bring(debian: Debian, files: readonly string[]): string {
  return files.map((file) => debian.bring(file)).join(" ");
}

/** Where the names of the tools lead, each in a line. */
function leadTo(debian: Debian): Promise<string> {
  return debian.type(
    `readlink -f ${[...TOOLS, ...TOOLS_OF_INIT].map((path) => `/${path}`).join(" ")}`,
  );
}

test("the packages come over runit, and go, and stop no service", options, async (t) => {
  const debian = new Debian(t);
  await debian.boot();
  const install = "apt-get install -q -y --no-install-recommends --no-download";
  await debian.type(`${install} ${OF_RUNIT}; mkdir -p /var/log/web /var/log/own`);
  addWeb(debian);
  addWeb(debian, "own");
  await debian.type("ln -sf /etc/sv/web /etc/service/");
  debian.start("exec runsvdir -P /etc/service");
  await start(debian, SERVICES);
  const before = await pids(debian, SERVICES);
  const files = await debs(debian.box.dir);
  const originals = await leadTo(debian);

  const watch = new ToolWatch(debian);
  await t.test("installing replaces the tools and leaves runit's runsvdir alone", async () => {
    await debian.type(`dpkg -i ${bring(debian, files)}`);
    const targets = [...TOOLS, ...TOOLS_OF_INIT].map(
      (path) => `/usr/lib/runits/bin/${EXECUTABLES[basename(path)] ?? basename(path)}\n`,
    );
    assert.equal(await leadTo(debian), targets.join(""));
    assert.match(
      await executables(debian),
      /^\/usr\/bin\/runsvdir.*\n\/usr\/lib\/runits\/bin\/sv\n$/,
    );
    assert.match(await debian.type("sv status web"), /^run: web: .*; run: log: /);
    assert.equal(await pids(debian, SERVICES), before);
  });

  await t.test("a runsvdir of runits takes the services over", async () => {
    await debian.type("pkill -x runsvdir; while pgrep -x runsvdir; do sleep 0.1; done");
    debian.start("exec runsvdir -P /etc/service");
    await debian.type("ln -s /etc/sv/own /etc/service/");
    await start(debian, "own");
    assert.equal(await pids(debian, SERVICES), before);
  });

  const all = `${SERVICES} own`;
  const later = await pids(debian, all);
  await t.test("an upgrade re-execs the tree", async () => {
    await debian.type(`dpkg -i ${bring(debian, newerDebs(debian.box.dir, files))}`);
    // Those of runit are deleted, too, and stay.
    await debian.type(
      "for pid in $(pgrep -x runsvdir) $(pgrep -x runsv); do while readlink /proc/$pid/exe | grep -q 'runits.*deleted'; do sleep 0.1; done; done",
    );
    assert.equal(await pids(debian, all), later);
  });

  await t.test("runit can be installed again beside it", async () => {
    await debian.type(`${install} --reinstall runit`);
    assert.match(await executables(debian), /\n\/usr\/lib\/runits\/bin\/sv\n$/);
    assert.equal(await pids(debian, all), later);
  });

  await t.test("removing it puts runit's tools back", async () => {
    await debian.type("dpkg --purge runits-init runits");
    watch.end();
    assert.equal(await leadTo(debian), originals);
    assert.match(await debian.type("sv status web own"), /^run: web: .*\nrun: own: /);
    assert.match(await executables(debian), /\n\/usr\/bin\/sv\n$/);
    assert.equal(await pids(debian, all), later);
    assert.equal(
      await debian.type("dpkg-divert --list '*runit*'; dpkg --audit; dpkg -V runit"),
      "",
    );
    await debian.type("test -x /etc/sv/web/run; test -d /etc/service/web");
  });
});

test("the packages need no other", options, async (t) => {
  const debian = new Debian(t);
  await debian.boot();
  const found = await debian.run("dpkg -s runit");
  assert.notEqual(found.code, 0);
  const files = await debs(debian.box.dir);
  await debian.type(
    `dpkg -i ${bring(debian, files)}; mkdir -p /etc/service /var/log/web; runit --version`,
  );
  addWeb(debian);
  await debian.type("ln -s /etc/sv/web /etc/service/");
  await debian.type("/etc/init.d/runits start");
  await start(debian, "web");
  await debian.type("/etc/init.d/runits status");
  const stopped = await debian.run("/etc/init.d/runits stop; /etc/init.d/runits status");
  assert.equal(stopped.code, 3, stopped.stdout);
  assert.notEqual((await debian.run("sv check web")).code, 0);
  await debian.type("/etc/init.d/runits start");
  await start(debian, "web");
  const before = await pids(debian, "web");
  await debian.type("dpkg --purge runits-init runits");
  assert.equal(await pids(debian, "web"), before);
  assert.notEqual((await debian.run("command -v sv || command -v runit")).code, 0);
  await debian.type(
    "test -x /etc/sv/web/run; test -d /etc/service/web; kill -0 $(cat /etc/sv/web/supervise/pid)",
  );
});

test("lintian finds no fault", both(released, withPrograms("lintian")), async (t) => {
  const box = sandbox(t);
  const command = ["lintian", "--allow-root", "--fail-on", "error,warning"];
  const { code, stdout, stderr } = await run(box, [...command, ...(await debs(box.dir))]);
  assert.equal(code, 0, `${stdout}${stderr}`);
});
