/** Reading and following logs. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type LogLine, ServiceError, Services } from "runits-client";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { scan } from "../../../tests/support/scan.ts";
import { descriptors, untilDescriptors } from "./descriptors.ts";
import { TREES } from "./trees.ts";

const TIME = { timeoutMs: 60_000 } as const;
/** 1970-01-01T00:00:01 and later, as svlogd -t writes them. */
const label = (seconds: number) =>
  `@${(0x4000_0000_0000_000an + BigInt(seconds)).toString(16)}00000000`;

async function all(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

for (const { name, options, skip } of TREES) {
  test(`logs follow a service's log across rotations: ${name}`, { skip }, async (t) => {
    const run =
      'i=0; while :; do i=$((i+1)); echo "line $i"; test $((i % 50)) -ne 0 || sleep 0.05; done';
    const log = {
      run: "mkdir -p main; echo s2000 >main/config; echo n9000 >>main/config; exec svlogd -t main",
    };
    const tree = scan(t, { web: { run, log } }, options);
    await tree.service("web").untilRunning();
    await tree.service("web").untilTrue("a log", () => tree.service("web").has("log/main/current"));
    const web = new Services(tree.services).get("web");
    let last: number | undefined;
    let count = 0;
    for await (const { line, service, timeMs, time } of web.logs({ ...TIME, follow: true })) {
      const number = Number(line.slice("line ".length));
      assert.equal(service, "web");
      assert.ok(timeMs !== undefined && Math.abs(timeMs - Date.now()) < 600_000, time);
      if (last !== undefined) assert.equal(number, last + 1);
      last = number;
      count += 1;
      // 2,000 bytes are some 60 lines.
      if (count === 600) break;
    }
    assert.equal(count, 600);
  });
}

function logDirectory(t: Parameters<typeof sandbox>[0]): { services: Services; main: string } {
  const { dir } = sandbox(t);
  const main = join(dir, "web/log/main");
  mkdirSync(main, { recursive: true });
  writeFileSync(join(dir, "web/log/run"), "#!/bin/sh\nexec svlogd -t main\n");
  return { services: new Services(dir), main };
}

test("logs reads the files in order, also compressed ones, and selects lines", async (t) => {
  const { services, main } = logDirectory(t);
  const text = (...seconds: number[]) => seconds.map((one) => `${label(one)} at ${one}\n`).join("");
  writeFileSync(join(main, `${label(30)}.s.gz`), gzipSync(text(10, 20)));
  writeFileSync(join(main, `${label(50)}.s`), text(40));
  writeFileSync(join(main, "current"), `${text(60, 70)}${label(80)} caf\u00e9 <b>\u001b[31m`);
  const web = services.get("web");
  const read = async (options: Parameters<typeof web.logs>[0]) =>
    (await all(web.logs(options))).map(({ timeMs = 0, line }) => [timeMs / 1_000, line] as const);
  const lines = await read({});
  assert.deepEqual(
    lines.map(([seconds]) => seconds),
    [10, 20, 40, 60, 70, 80],
  );
  assert.deepEqual(lines[0], [10, "at 10"]);
  assert.deepEqual(lines[5], [80, "caf\u00e9 <b>\u001b[31m"]);
  const seconds = async (options: Parameters<typeof web.logs>[0]) =>
    (await read(options)).map(([second]) => second);
  assert.deepEqual(await seconds({ lines: 2 }), [70, 80]);
  assert.deepEqual(await seconds({ lines: 0 }), []);
  assert.deepEqual(await seconds({ sinceMs: 20_000, untilMs: 61_000 }), [20, 40, 60]);
  await assert.rejects(all(web.logs({ lines: -1 })), RangeError);
});

test("logs that are followed end by break, abort and timeoutMs, and close everything", async (t) => {
  const { services, main } = logDirectory(t);
  writeFileSync(join(main, "current"), `${label(1)} one\n`);
  const web = services.get("web");
  for await (const _ of web.logs({ follow: true })) break; // libuv keeps its inotify instance
  const before = await descriptors();
  const lines = web.logs({ follow: true });
  assert.equal((await lines.next()).value?.line, "one");
  const next = lines.next();
  appendFileSync(join(main, "current"), `${label(2)} two\n`);
  assert.equal((await next).value?.line, "two");
  renameSync(join(main, "current"), join(main, `${label(3)}.s`));
  writeFileSync(join(main, "current"), `${label(4)} three\n`);
  assert.equal((await lines.next()).value?.line, "three");
  await lines.return?.();
  await assert.rejects(all(web.logs({ follow: true, signal: AbortSignal.timeout(50) })), {
    name: "TimeoutError",
  });
  await assert.rejects(all(web.logs({ follow: true, timeoutMs: 50 })), (error) => {
    return error instanceof ServiceError && error.code === "TIMEOUT";
  });
  await untilDescriptors(before);
});

test("a service without a log is said to have none", async (t) => {
  const { services, main } = logDirectory(t);
  rmSync(main, { recursive: true });
  await assert.rejects(all(services.get("web").logs()), (error) => {
    return error instanceof ServiceError && error.code === "FAILED" && /log/.test(error.message);
  });
});
