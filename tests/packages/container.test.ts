/**
 * The Dockerfiles of examples/container, with the archive of a release, in podman. No registry is
 * needed: their base images are made of a Debian that debootstrap has made.
 */
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { nodeOf } from "../../build/node/versions.ts";
import { run } from "../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../support/sandbox.ts";
import { asRoot, both, withPrograms } from "../support/skip.ts";
import { ours } from "../support/suite.ts";
import { FETCHED, onDebian } from "./debian.ts";
import { asset, released } from "./release.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const BUSYBOX = "/bin/busybox";
const OPTIONS = "--cgroup-manager=cgroupfs --events-backend=file --storage-driver=vfs";
const DEADLINE_MS = 600_000;

const options = both(released, asRoot, withPrograms("podman", "unshare", BUSYBOX));
const withDebian = both(options, onDebian);

/** A directory to build images in, with the archive of the release and a service. */
class Context {
  readonly #box: Sandbox;

  constructor(t: Cleanup) {
    this.#box = sandbox(t);
    const archive = asset("runits-", "-linux-amd64.tar.gz");
    mkdirSync(this.path("dist/release"), { recursive: true });
    copyFileSync(archive, this.path("dist/release", basename(archive)));
    cpSync(ours.bin, this.path("dist/bin"), { recursive: true, verbatimSymlinks: true });
    cpSync(EXAMPLES, this.path("examples"), { recursive: true });
    mkdirSync(this.path("services/web"), { recursive: true });
  }

  path(...names: readonly string[]): string {
    return join(this.#box.dir, ...names);
  }

  /** @param dockerfile has the version of the release as its default */
  hasVersion(dockerfile: string): void {
    const archive = basename(asset("runits-", "-linux-amd64.tar.gz"));
    const version = archive.match(/^runits-(.*)-linux-/)?.[1];
    const text = readFileSync(this.path("examples/container", dockerfile), "utf8");
    assert.match(text, new RegExp(`^ARG VERSION=${version}$`, "m"));
  }

  /** Makes a Debian the image that a Dockerfile begins with. */
  async importDebian(): Promise<void> {
    await this.#type(`tar -C ${FETCHED} --exclude=./var/cache/apt/archives -c . |
      $podman import -q - docker.io/library/debian:12-slim >&2`);
  }

  /** The same, with Node. */
  async importNode(): Promise<void> {
    await this.importDebian();
    copyFileSync(await nodeOf(22), this.path("node"));
    writeFileSync(this.path("base"), "FROM debian:12-slim\nCOPY node /usr/local/bin/node\n");
    await this.#type(
      "$podman build -q --isolation=chroot -f base -t docker.io/library/node:22-slim . >&2",
    );
  }

  /**
   * Builds an image, runs it until its services are up, and stops it.
   *
   * @param args for the build
   * @param services by their names
   * @returns the status of the services, and how the container has ended
   */
  async runs(dockerfile: string, args: string, services: readonly string[]): Promise<string> {
    const paths = services.map((name) => `/etc/service/${name}`).join(" ");
    return await this.#type(`
      $podman build -q --isolation=chroot --layers=false --format=docker -f examples/container/${dockerfile} ${args} \
        --build-arg TARGETARCH=amd64 -t one . >&2
      $podman run -d --name=one --no-healthcheck --ulimit=nofile=1024:1024 --ulimit=nproc=256:256 --network=none one >/dev/null
      until $podman exec one sv -w 9 start ${paths} >&2; do sleep 0.1; done
      $podman exec one sv -w 9 check ${paths} >&2
      $podman exec one sv status ${paths}
      $podman stop -t 30 one >/dev/null
      $podman inspect one --format 'exit {{.State.ExitCode}}'
      $podman logs one >&2
      $podman rm one >/dev/null`);
  }

  async #type(script: string): Promise<string> {
    const podman = `podman ${OPTIONS} --root=${this.path("p")} --runroot=${this.path("r")}`;
    const before = `cd ${this.path()}; podman="${podman}"; umount /sys/fs/cgroup/unified 2>/dev/null || true`;
    const command = ["unshare", "--mount", "bash", "-ec", `${before}\n${script}`];
    const { code, stdout, stderr } = await run(this.#box, command, { deadlineMs: DEADLINE_MS });
    assert.equal(code, 0, stderr);
    return stdout;
  }
}

test(
  "a container without a shell or a C library runs a service, and stops in order",
  options,
  async (t) => {
    const context = new Context(t);
    copyFileSync(BUSYBOX, context.path("services/web/busybox"));
    const runFile = "#!/etc/service/web/busybox sh\nexec pause\n";
    writeFileSync(context.path("services/web/run"), runFile, { mode: 0o755 });
    context.hasVersion("scratch.Dockerfile");
    const output = await context.runs("scratch.Dockerfile", "--build-arg SERVICES=services", [
      "web",
    ]);
    assert.match(output, /^run: \/etc\/service\/web: \(pid \d+\) \d+s.*\nexit 0\n$/);
  },
);

test("a container of a Debian runs a service of a shell", withDebian, async (t) => {
  const context = new Context(t);
  writeFileSync(context.path("services/web/run"), "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
  await context.importDebian();
  const output = await context.runs("Dockerfile", "--build-arg SERVICES=services", ["web"]);
  assert.match(output, /^run: \/etc\/service\/web: .*\nexit 0\n$/);
});

test(
  "a container of a Node application runs its services, and stops in order",
  withDebian,
  async (t) => {
    const context = new Context(t);
    context.hasVersion("node.Dockerfile");
    await context.importNode();
    const output = await context.runs("node.Dockerfile", "", ["web", "worker"]);
    assert.match(
      output,
      /^run: .*\/web: .*; run: log: .*\nrun: .*\/worker: .*; run: log: .*\nexit 0\n$/,
    );
  },
);

test(
  "a container in place of supervisord's runs two daemons, and stops in order",
  withDebian,
  async (t) => {
    const context = new Context(t);
    context.hasVersion("supervisord.Dockerfile");
    await context.importDebian();
    const output = await context.runs("supervisord.Dockerfile", "", ["nginx", "redis"]);
    assert.match(output, /^run: .*\/nginx: .*\nrun: .*\/redis: .*\nexit 0\n$/);
  },
);
