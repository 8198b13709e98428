/** sv graph: what services need, and what is waited for. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runTool } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { scan } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours } from "../../support/suite.ts";

describe("sv graph", improved("sv-words"), () => {
  test("prints the tree, and marks what is waited for", async (t) => {
    const found = scan(t, {
      web: { run: FOREVER, files: { "needs/db": "", "after/cache": "" } },
      db: { run: FOREVER, down: true },
      cache: { run: FOREVER, down: true },
    });
    await found.service("web").untilSupervised();
    await found.service("db").untilSupervised();
    await found.service("cache").untilSupervised();
    const graph = async (...words: string[]) => {
      const env = { SVDIR: join(found.box.dir, "services") };
      const { code, stdout, stderr } = await runTool(found.box, ours, "sv", ["graph", ...words], {
        env,
      });
      return `${stdout}${stderr}${code}`;
    };
    await found.service("web").untilTrue("status", () => found.service("web").stat() === "down");
    const tree = "web waiting\n  db stopped <- waits\n  cache stopped (after)\n0";
    assert.equal(await graph(), tree);
    assert.equal(await graph("web", "cache"), tree.replace("0", "cache stopped\n0"));
    assert.match(
      await graph("--dot"),
      /^digraph services \{[\s\S]* -> .* \[color=red\];[\s\S]*\}\n0$/,
    );
    const [web] = JSON.parse((await graph("--json", "web")).slice(0, -1)).services;
    assert.deepEqual(
      [web.needs, web.after, web.waits_for],
      [[{ name: "db" }], [{ name: "cache" }], [{ name: "db" }]],
    );
    found.service("db").control("u");
    await found.service("web").untilRunning();
    assert.equal(await graph("web"), "web running\n  db running\n  cache stopped (after)\n0");
  });

  test("says why a service could not be looked at, in the words of sv list", async (t) => {
    const box = sandbox(t);
    const home = join(box.dir, "services");
    makeService(join(home, "web"), { run: FOREVER, files: { "needs/gone": "" } });
    writeFileSync(join(home, "README"), "");
    const sv = async (...words: string[]) =>
      (await runTool(box, ours, "sv", words, { env: { SVDIR: home } })).stdout;
    const gone = `no directory ${home}/gone`;
    assert.equal(await sv("graph"), `web unsupervised\n  gone unreadable: ${gone}\n`);
    assert.match(await sv("list", "gone"), new RegExp(`  ${gone}\n$`));
    const text = "a file, not a service directory";
    assert.equal(await sv("graph", "README"), `README unreadable: ${text}\n`);
    assert.ok((await sv("list", "README")).endsWith(`  ${text}\n`));
    const [node] = JSON.parse(await sv("graph", "--json", "gone")).services;
    assert.equal(node.problem, gone);
  });
});
