/** Debian's Prometheus reads /metrics, and answers a query for a service that crashed. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { installed, lacking } from "../../../tests/clients/client.ts";
import { isAlive } from "../../../tests/support/procfs.ts";
import type { Running } from "../../../tests/support/sandbox.ts";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER } from "../../../tests/support/service.ts";
import { answer, Console } from "./console.ts";

const PROMETHEUS = installed("prometheus");
const lacks = lacking("prometheus", PROMETHEUS);

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

test("Prometheus finds the service that crashed", { skip: lacks }, async (t) => {
  const tree = scan(t, {
    web: { run: FOREVER },
    flaky: { run: "exit 3", files: { "max-death-tally": "1\n" } },
  });
  await tree.service("web").untilRunning();
  const served = await Console.on(tree);
  const { dir } = tree.box;
  writeFileSync(join(dir, "token"), served.addToken("prometheus", "--metrics-only"));
  const target = `127.0.0.1:${served.port}`;
  writeFileSync(
    join(dir, "prometheus.yml"),
    JSON.stringify({
      scrape_configs: [
        {
          job_name: "services",
          scrape_interval: "1s",
          authorization: { credentials_file: join(dir, "token") },
          static_configs: [{ targets: [target] }],
        },
      ],
    }),
  );
  let port = 0;
  const words = [`--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`];
  const start = async (): Promise<Running> => {
    port = await freePort();
    const listen = `--web.listen-address=127.0.0.1:${port}`;
    return tree.box.start([PROMETHEUS, ...words, listen]);
  };
  let prometheus = await start();
  const query = async (text: string): Promise<string[]> => {
    const path = `/api/v1/query?query=${encodeURIComponent(text)}`;
    const { body } = await answer({ host: "127.0.0.1", port, path }).catch(() => ({ body: "{}" }));
    const { data } = JSON.parse(body.startsWith("{") ? body : "{}") as {
      data?: { result: { metric: { service: string } }[] };
    };
    return (data?.result ?? []).map(({ metric }) => metric.service);
  };
  const crashed = "runits_service_failed == 1 and on (service) runits_service_last_exit_code == 3";
  let found: string[] = [];
  while (found.length === 0) {
    if (!isAlive(prometheus.pid)) {
      await prometheus.exit();
      // Somebody else has taken the port meanwhile.
      assert.match(prometheus.stderr(), /address already in use/);
      prometheus = await start();
    }
    found = await query(crashed);
  }
  assert.deepEqual(found, ["flaky"]);
  assert.deepEqual(await query("runits_service_up == 1"), ["web"]);
});
