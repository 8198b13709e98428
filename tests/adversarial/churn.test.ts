/**
 * Thousands of names that come and go under a runsvdir at work: links, links that lead nowhere,
 * files, directories and links to what has no ./run. A service beside them is not touched; what is
 * gone at the end is down, and nothing of it is left.
 */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "../support/fast-check.ts";
import { children, isAlive } from "../support/procfs.ts";
import { scan } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { improved } from "../support/suite.ts";
import { randomValues } from "./fuzz.ts";

const CHANGES = 2_000;
/** Services that are linked again and again; each by any of the names. */
const SERVICES = 12;
const NAMES = 30;
/**
 * After so many changes a service of a new name has to be started, so that the scanner does not see
 * only the end.
 */
const BETWEEN_NEW = 100;

/** The ways in which a name is used. */
const KINDS = [
  "link",
  "link",
  "link",
  "nowhere",
  "file",
  "directory",
  "not to run",
  "rename",
] as const;
interface Change {
  readonly name: number;
  readonly kind: (typeof KINDS)[number];
  readonly service: number;
}
const change: fc.Arbitrary<Change> = fc.record({
  name: fc.nat({ max: NAMES - 1 }),
  kind: fc.constantFrom(...KINDS),
  service: fc.nat({ max: SERVICES - 1 }),
});

test(
  "a service among thousands that come and go stays as it is",
  improved("scan-notices"),
  async (t) => {
    const on = scan(
      t,
      { bystander: { run: FOREVER } },
      {
        prepare: (dir) => {
          for (let index = 0; index < SERVICES; index += 1) {
            makeService(join(dir, "made", `${index}`), { run: FOREVER });
          }
          mkdirSync(join(dir, "made", "not-to-run"));
          mkdirSync(join(dir, "gone"));
        },
      },
    );
    const bystander = on.service("bystander");
    await bystander.untilSupervised();
    const { pid } = await bystander.untilRunning();
    const runsv = await on.untilRunsv("bystander");

    const path = (name: number) => join(on.services, `n${name}`);
    const gone = join(on.box.dir, "gone");
    let count = 0;
    /** Moved and not removed: a supervisor may be writing into it. */
    const clear = (name: number) => {
      if (lstatSync(path(name), { throwIfNoEntry: false }) === undefined) return;
      renameSync(path(name), join(gone, `${count}`));
      count += 1;
    };
    const make: Readonly<Record<Change["kind"], (change: Change) => void>> = {
      link: ({ name, service }) => symlinkSync(`../made/${service}`, path(name)),
      nowhere: ({ name }) => symlinkSync("../made/none", path(name)),
      file: ({ name }) => writeFileSync(path(name), ""),
      directory: ({ name }) => makeService(path(name), { run: FOREVER }),
      "not to run": ({ name }) => symlinkSync("../made/not-to-run", path(name)),
      rename: ({ name, service }) => {
        symlinkSync(`../made/${service}`, join(on.services, ".new"));
        renameSync(join(on.services, ".new"), path(name));
      },
    };
    for (const [index, one] of randomValues(change, CHANGES).entries()) {
      clear(one.name);
      make[one.kind](one);
      if (index % BETWEEN_NEW === 0) {
        const fresh = on.add(`new${index}`, { run: FOREVER });
        await fresh.untilSupervised();
        on.remove(`new${index}`);
      }
    }
    assert.ok(isAlive(on.runsvdir.pid), on.stderr);
    for (let name = 0; name < NAMES; name += 1) clear(name);

    await on.until("end of all others", () => {
      const left = children(on.runsvdir.pid);
      return (left.length === 1 && left[0] === runsv) || undefined;
    });
    const made = Array.from({ length: SERVICES }, (_, index) =>
      join(on.box.dir, "made", `${index}`),
    );
    const moved = readdirSync(gone).map((name) => join(gone, name));
    for (const dir of [...made, ...moved.filter((each) => lstatSync(each).isDirectory())]) {
      const service = new ServiceDirectory(dir);
      assert.equal(service.isSupervised(), false, dir);
      const status = service.statusIfThere(); // one that was gone before it was supervised has none
      if (status !== undefined) assert.equal(status.pid, 0, `${dir}: ${service.tell()}`);
    }
    assert.equal(bystander.status().pid, pid);
    assert.equal(on.runsvOf("bystander"), runsv);
    assert.deepEqual(on.box.processes().sort(), [on.runsvdir.pid, runsv, pid].sort());
    on.runsvdir.signal("SIGHUP");
    assert.equal((await on.runsvdir.exit()).code, 111);
    await bystander.untilStat("down");
  },
);
