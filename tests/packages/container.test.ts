/** examples/container/scratch.Dockerfile, with the archive of a release, in podman. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { test } from "node:test";
import { run } from "../support/run.ts";
import { sandbox } from "../support/sandbox.ts";
import { asRoot, both, withPrograms } from "../support/skip.ts";
import { asset, released } from "./release.ts";

const DOCKERFILE = resolve(import.meta.dirname, "../../examples/container/scratch.Dockerfile");
const BUSYBOX = "/bin/busybox";
const OPTIONS = "--cgroup-manager=cgroupfs --events-backend=file --storage-driver=vfs";
const DEADLINE_MS = 600_000;

test(
  "a container without a shell or a C library runs a service, and stops in order",
  both(released, asRoot, withPrograms("podman", "unshare", BUSYBOX)),
  async (t) => {
    const box = sandbox(t);
    const archive = asset("runits-", "-linux-amd64.tar.gz");
    mkdirSync(join(box.dir, "dist/release"), { recursive: true });
    cpSync(archive, join(box.dir, "dist/release", basename(archive)));
    mkdirSync(join(box.dir, "services/web"), { recursive: true });
    cpSync(BUSYBOX, join(box.dir, "services/web/busybox"));
    const runFile = "#!/etc/service/web/busybox sh\nexec pause\n";
    writeFileSync(join(box.dir, "services/web/run"), runFile, { mode: 0o755 });
    const version = basename(archive).match(/^runits-(.*)-linux-/)?.[1];
    assert.match(readFileSync(DOCKERFILE, "utf8"), new RegExp(`^ARG VERSION=${version}$`, "m"));
    const script = `
umount /sys/fs/cgroup/unified 2>/dev/null || true
podman="podman ${OPTIONS} --root=${box.dir}/p --runroot=${box.dir}/r"
$podman build -q --isolation=chroot -f ${DOCKERFILE} --build-arg SERVICES=services --build-arg TARGETARCH=amd64 -t one . >&2
$podman run -d --name=one --ulimit=nofile=256:256 --ulimit=nproc=256:256 --network=none one >/dev/null
until $podman exec one sv -w 9 start /etc/service/web >&2; do sleep 0.1; done
$podman exec one sv status /etc/service/web
$podman stop -t 30 one >/dev/null
$podman inspect one --format 'exit {{.State.ExitCode}}'
$podman rm one >/dev/null`;
    const options = { deadlineMs: DEADLINE_MS };
    const { stdout, stderr } = await run(
      box,
      ["unshare", "--mount", "bash", "-ec", script],
      options,
    );
    assert.match(stdout, /^run: \/etc\/service\/web: \(pid \d+\) \d+s.*\nexit 0\n$/, stderr);
  },
);
