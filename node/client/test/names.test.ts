/** Services whose names are not UTF-8. */
import assert from "node:assert/strict";
import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER, makeService } from "../../../tests/support/service.ts";
import { TREES } from "./trees.ts";

const TIME = { timeoutMs: 60_000 } as const;
const [NAME, OTHER] = [Buffer.from("caf\u00e9", "latin1"), Buffer.from("caf\u00e8", "latin1")];
/** Both of them. */
const SHOWN = "caf\ufffd";

for (const { name, options, skip } of TREES) {
  test(`services whose names are not UTF-8 are found by their bytes: ${name}`, {
    skip,
  }, async (t) => {
    const prepare = (dir: string) => {
      for (const [index, bytes] of [NAME, OTHER].entries()) {
        const check = "echo >>asked; exec test -e ok";
        makeService(join(dir, "made", `${index}`), { run: FOREVER, check, down: true });
        symlinkSync(`../made/${index}`, Buffer.concat([Buffer.from(`${dir}/services/`), bytes]));
      }
    };
    const tree = scan(t, {}, { ...options, prepare });
    const services = new Services(tree.services);
    const cafe = services.get(NAME);
    await cafe.wait("down", TIME);
    await services.get(OTHER).wait("down", TIME);
    assert.deepEqual([cafe.name, cafe.directory], [SHOWN, join(tree.services, SHOWN)]);
    const list = await services.list();
    assert.deepEqual(
      list.map(({ service, state }) => [service, state]),
      [
        [SHOWN, "stopped"],
        [SHOWN, "stopped"],
      ],
    );
    await assert.rejects(services.get(SHOWN).status(), { code: "NO_SERVICE" });

    // Its directory is the only one in which this ./check succeeds.
    writeFileSync(join(tree.box.dir, "made/0/ok"), "");
    assert.equal((await cafe.up(TIME)).state, "running");
    assert.equal((await services.get(OTHER).status()).state, "stopped");
    await cafe.down(TIME);
    await services.remove(NAME, TIME);
    await assert.rejects(cafe.status(), { code: "NO_SERVICE" });
    assert.deepEqual(readdirSync(tree.services, { encoding: "buffer" }), [OTHER]);
    for (const wrong of [Buffer.from([0]), Buffer.from(".\xe9", "latin1"), new Uint8Array()]) {
      assert.throws(() => services.get(wrong), TypeError);
    }
  });
}
