/** A container: the commands of install.md, and the same root directory under podman. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { guideBlock } from "../../support/guide.ts";
import { children, comm } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox, sendSignal } from "../../support/sandbox.ts";
import { asRoot, both } from "../../support/skip.ts";
import { canUnshare } from "../../support/stop.ts";
import { improved, ours } from "../../support/suite.ts";
import { DEADLINE_MS, eventually } from "../../support/wait.ts";

const HOME = resolve(import.meta.dirname, "../../..");
const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const options = both(
  improved("stop"),
  asRoot,
  { skip: !canUnshare && "unshare is not permitted" },
  { skip: !has("busybox") && "needs busybox-static" },
);
/** podman on this machine: without systemd, and a storage that needs no kernel module. */
const PODMAN = "podman --cgroup-manager=cgroupfs --events-backend=file --storage-driver=vfs";

/** The commands of the guide, with everything in the sandbox. */
const commands = (box: Sandbox) =>
  guideBlock("install.md", "mkdir -p /tmp/sv/web")
    .replaceAll("/tmp/", `${box.dir}/`)
    .replace("dist/bin", ours.bin)
    .replace("sh examples", `sh ${HOME}/examples`);

describe("a container", options, () => {
  test("of install.md, typed as root, stops in order at TERM", async (t) => {
    const box = sandbox(t);
    const shell = box.start(["sh", "-ec", commands(box)]);
    await eventually(
      "service",
      () => (shell.stdout() === "up\n" ? true : undefined),
      () => shell.stderr(),
    );
    const below = (pid: number): number[] => [pid, ...children(pid).flatMap(below)];
    const first = below(shell.pid).find((pid) => comm(pid) === "runsvdir");
    assert.ok(first !== undefined);
    sendSignal(first, "SIGTERM");
    assert.equal((await shell.exit()).code, 0);
  });

  test("of podman stops in order, and exits with the code of its command", {
    skip: !has("podman") && "needs podman",
  }, async (t) => {
    const box = sandbox(t);
    const make = commands(box).replace(/^unshare .*\n/m, "");
    const started = `${PODMAN} --root=${box.dir}/p --runroot=${box.dir}/r run -d --name=one --ulimit=nofile=256:256 --ulimit=nproc=256:256 --network=none --rootfs ${box.dir}/root /bin/runsvdir /etc/service`;
    const script = `${make}
umount /sys/fs/cgroup/unified 2>/dev/null || true
podman="${PODMAN} --root=${box.dir}/p --runroot=${box.dir}/r"
${started} >/dev/null
until $podman logs one | grep -q up; do sleep 0.1; done
$podman stop -t 30 one >/dev/null
$podman inspect one --format 'exit {{.State.ExitCode}}'
$podman rm one >/dev/null
$podman run --rm --ulimit=nofile=256:256 --ulimit=nproc=256:256 --network=none --rootfs ${box.dir}/root /bin/runsvdir /etc/service -- sh -c 'exit 3' || echo "code $?"`;
    const { code, stdout, stderr } = await run(box, ["unshare", "--mount", "bash", "-ec", script], {
      deadlineMs: 10 * DEADLINE_MS,
    });
    assert.match(stdout, /exit 0\n(.*\n)*code 3\n$/, stderr);
    assert.equal(code, 0);
  });
});
