/**
 * Services of every name that a file can have: runsvdir looks after them, and both svs speak of
 * them in the same words. Names are bytes, so they go to sv by xargs: Node would write them as
 * UTF-8.
 */
import assert from "node:assert/strict";
import { symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "../support/fast-check.ts";
import { children, cmdline } from "../support/procfs.ts";
import { type Outcome, run } from "../support/run.ts";
import { type Scan, scan } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { debian, originalInPlace, ours, type Suite } from "../support/suite.ts";
import { DEADLINE_MS } from "../support/wait.ts";
import { chunks, randomValues, sameWithinASecond } from "./fuzz.ts";

const MADE_UP = 8;
/** As long as the name of a file can be. */
const NAME_BYTES = 255;
/** Shorter ones are seen whole in ps: `zygote`. */
const SHORT_BYTES = 60;
const SLASH = 47;

/** Each byte that a name can have, six to a name. */
const everyByte = chunks(
  Array.from({ length: NAME_BYTES }, (_, index) => index + 1).filter((byte) => byte !== SLASH),
  6,
).map((bytes) => Buffer.from([110, ...bytes]));
/** Characters that a shell, a reader of options or a format would stumble over. */
const awkward = [
  ..."- -x -- -P --help * ~ $HOME `id` %s%n \\ ' \" ; a. log supervise".split(" "),
  ..." |  a|\n|a\nb|\u00e9".split("|"),
  "x".repeat(NAME_BYTES),
].map((name) => Buffer.from(name));
const madeUpNames = randomValues(
  fc.array(
    fc.integer({ min: 1, max: NAME_BYTES }).filter((byte) => byte !== SLASH),
    { minLength: 1, maxLength: NAME_BYTES - 1 },
  ),
  MADE_UP,
).map((bytes) => Buffer.from([110, ...bytes]));
/** One to a character, so that they can be compared. */
const NAMES = [
  ...new Set([...everyByte, ...awkward, ...madeUpNames].map((name) => name.toString("latin1"))),
];
/** A name that begins with a dot is no service. */
const HIDDEN = [".hidden", "..."];

/** A scanner on services of all the names. */
function scanAll(t: Parameters<typeof scan>[0], suite: Suite): Scan {
  const prepare = (dir: string) => {
    for (const [index, name] of [...NAMES, ...HIDDEN].entries()) {
      makeService(join(dir, "made", `${index}`), { run: FOREVER });
      symlinkSync(`../made/${index}`, linkTo(dir, name));
    }
    writeFileSync(join(dir, "names"), NAMES.join("\0"), "latin1");
  };
  return scan(t, {}, { suite, prepare });
}

const linkTo = (dir: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${dir}/services/`), Buffer.from(name, "latin1")]);

const serviceAt = (on: Scan, index: number): ServiceDirectory =>
  new ServiceDirectory(join(on.box.dir, "made", `${index}`), () => on.stderr);

/** sv's output of all the services. */
const ask = (on: Scan, suite: Suite, ...command: readonly string[]): Promise<Outcome> =>
  run(on.box, ["xargs", "-0", "-a", "names", join(suite.bin, "sv"), ...command], {
    env: { SVDIR: on.services },
    deadlineMs: 4 * DEADLINE_MS,
  });

const suites = originalInPlace ? [ours] : [ours, debian];

describe("services of every name", () => {
  for (const suite of suites) {
    test(`under runsvdir of ${suite.name}`, { skip: debian.missing ?? false }, async (t) => {
      const on = scanAll(t, suite);
      for (const [index, name] of NAMES.entries()) {
        const service = serviceAt(on, index);
        await service.untilTrue(`service ${name}`, () => service.isSupervised());
        await service.untilStat("run");
      }
      for (const [index] of HIDDEN.entries()) {
        assert.equal(serviceAt(on, NAMES.length + index).has("supervise"), false);
      }
      const titles = children(on.runsvdir.pid).map((pid) => cmdline(pid).at(-1));
      const unseen = NAMES.filter((name) => name.length < SHORT_BYTES && !titles.includes(name));
      assert.deepEqual(unseen, []);

      await sameWithinASecond(
        () => ask(on, debian, "status"),
        () => ask(on, ours, "status"),
      );
      const { code, stdout, stderr } = await ask(on, ours, "-w60", "stop");
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assert.equal(stdout.split("ok: down: ").length - 1, NAMES.length, stdout);

      for (const name of NAMES) unlinkSync(linkTo(on.box.dir, name));
      await on.until("end of all", () => children(on.runsvdir.pid).length === 0 || undefined);
      on.runsvdir.signal("SIGTERM");
      assert.equal((await on.runsvdir.exit()).code, 0);
      assert.deepEqual(on.box.processes(), []);
    });
  }
});
