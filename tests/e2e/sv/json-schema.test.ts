/** The JSON of every new word is as docs/sv.schema.json says; sv list has it in list.test.ts. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runTool } from "../../support/run.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { improved, ours } from "../../support/suite.ts";
import { assertDescribed, assertStream } from "../../support/sv-json.ts";

const sv = ({ box }: Scan, ...words: readonly string[]) =>
  runTool(box, ours, "sv", words, { env: { SVDIR: join(box.dir, "services") } });

/** A service that runs, one that waits for it, one that dies, and one of an odd name. */
async function tree(t: Parameters<typeof scan>[0]): Promise<Scan> {
  const found = scan(t, {
    web: { run: FOREVER, files: { "needs/db": "" } },
    db: { run: FOREVER, down: true },
    loop: { run: "exit 3" },
  });
  mkdirSync(Buffer.from(join(found.box.dir, "services/\xff"), "latin1"));
  for (const name of ["web", "db"]) await found.service(name).untilSupervised();
  await found
    .service("loop")
    .untilTrue("exit", () => found.service("loop").text("supervise/history").includes("\nended "));
  return found;
}

describe("the JSON of sv", improved("sv-words"), () => {
  test("of why and graph", async (t) => {
    const found = await tree(t);
    for (const word of ["why", "graph"] as const) {
      const { stdout } = await sv(found, word, "--json");
      const document = JSON.parse(stdout);
      assert.ok(document.services.length >= 3, stdout);
      assertDescribed(word, document);
      assert.throws(() => assertDescribed(word, { ...document, services: [{ name: "web" }] }));
    }
  });

  test("of wait, whether the condition holds or not", async (t) => {
    const found = await tree(t);
    const { stdout } = await sv(found, "wait", "-w", "0", "down", "db", "web", "nothing", "--json");
    assertStream("outcomeOfWait", stdout);
    assert.match(stdout, /"holds":true/);
    assert.match(stdout, /"holds":false/);
  });

  test("of link, remove and grant", async (t) => {
    const found = await tree(t);
    const source = join(found.box.dir, "new");
    makeService(source, { run: FOREVER });
    assertStream("outcome", (await sv(found, "link", source, "--json")).stdout);
    assertStream("outcome", (await sv(found, "link", `${source}\xff`, "--json")).stdout);
    assertStream("outcome", (await sv(found, "remove", "new", "nothing", "--json")).stdout);
    assertStream("grant", (await sv(found, "grant", "--show", "--json", "db")).stdout);
  });

  test("of logs", async (t) => {
    const found = await tree(t);
    const main = join(found.box.dir, "services/web/log/main");
    mkdirSync(main, { recursive: true });
    const lines = "@4000000065e0a2d00000000c one\n2024-02-29_12:00:00.00000 two\nthree \xff\n";
    writeFileSync(join(main, "current"), lines, "latin1");
    const { stdout } = await sv(found, "logs", "--json", "web");
    assertStream("logLine", stdout);
    assert.equal(stdout.split("\n").length, 4);
    assert.match(stdout, /"line_base64"/);
  });
});
