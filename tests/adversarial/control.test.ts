/**
 * Bytes at random in supervise/control: those that mean nothing change nothing, whatever stands
 * between them those that do lead where they lead the original, and no burst of them all harms
 * runsv.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EXIT_FOR_GOOD } from "../../protocol/control.ts";
import { compareWithRetries } from "../differential/retry.ts";
import { play, type Scenario, type Step } from "../differential/stage.ts";
import {
  alive,
  control,
  lines,
  record,
  shutDown,
  supervise,
  until,
  waitUntilOld,
  waitUntilStopped,
} from "../differential/steps.ts";
import fc from "../support/fast-check.ts";
import { isAlive } from "../support/procfs.ts";
import { FOREVER, REPORTER, STUBBORN } from "../support/service.ts";
import { debian, originalInPlace, ours } from "../support/suite.ts";
import { type Supervised, supervise as superviseOurs } from "../support/supervise.ts";
import { chunks, forEach, randomValues } from "./fuzz.ts";

const SEQUENCES = 6;
const BURSTS = 3;
const AT_ONCE = 4;
/** runit's bytes, and the byte that makes a supervisor of runits exit. */
const MEANT = `udopchaiq12tkx${EXIT_FOR_GOOD}`;
/** More than a pipe holds at once. */
const BURST_BYTES = 70_000;
/** PIPE_BUF: written whole, or not at all. */
const PART_BYTES = 4_096;

/** Bytes without a meaning, one to a character. */
const junk = fc
  .array(
    fc.integer({ min: 0, max: 255 }).filter((byte) => !MEANT.includes(String.fromCharCode(byte))),
    { maxLength: 40 },
  )
  .map((bytes) => Buffer.from(bytes));

/** A byte that is written, and the bytes around it. */
interface Command {
  readonly before: Buffer;
  readonly byte: string;
  readonly after: Buffer;
}
const sequence = fc.array(
  fc.record<Command>({
    before: junk,
    byte: fc.constantFrom(..."udochaiq12tkp"),
    after: junk,
  }),
  { minLength: 4, maxLength: 10 },
);

/** The kind of service, which decides the state to wait for. */
class Foreseen {
  runs = true;
  once = false;
  paused = false;
  traced = 1;

  /**
   * What shows that a byte has had its effect; `undefined` if it would be chance, or a row, what
   * it has.
   */
  next(byte: string): readonly Step[] | undefined {
    if (!this.runs) return this.#whenDown(byte);
    if (this.paused) return this.#whenPaused(byte);
    switch (byte) {
      case "u":
        this.once = false;
        return [this.#state()];
      case "o":
        this.once = true;
        return [this.#state()];
      case "d":
        return this.#dies(1);
      case "t":
        return this.once ? this.#dies(1) : this.#starts(2);
      case "k":
        return this.once ? this.#dies(0) : this.#starts(1);
      case "p":
        this.paused = true;
        return [this.#state(), waitUntilStopped()];
      case "c":
        return [this.#state()];
      default:
        this.traced += 1;
        return [lines(this.traced)];
    }
  }
  #whenDown(byte: string): readonly Step[] | undefined {
    if (byte === "p" || byte === "c") return undefined; // `pause-flag`
    if (byte !== "u" && byte !== "o") return [until("down")];
    this.runs = true;
    this.once = byte === "o";
    return this.#starts(1);
  }
  #whenPaused(byte: string): readonly Step[] | undefined {
    if (byte !== "c") return undefined; // a shell takes what has waited in its own order
    this.paused = false;
    return [this.#state()];
  }
  #state(): Step {
    const paused = this.paused ? ", paused" : "";
    return until(`run${paused}${this.once ? ", want down" : ""}`);
  }
  #dies(traces: number): readonly Step[] {
    this.runs = false;
    this.once = false;
    this.traced += traces;
    return [until("down"), lines(this.traced)];
  }
  /** A process of more than a second: the next start is not put off, by the original neither. */
  #starts(traces: number): readonly Step[] {
    this.traced += traces;
    return [lines(this.traced), alive(), this.#state(), waitUntilOld()];
  }
}

function scenario(commands: readonly Command[]): Scenario {
  const foreseen = new Foreseen();
  const steps = commands.flatMap(({ before, byte, after }) => {
    const done = foreseen.next(byte);
    if (done === undefined) return [];
    return [control(Buffer.concat([before, Buffer.from(byte), after])), ...done, record()];
  });
  const name = commands.map(({ byte }) => byte).join("");
  const awake = foreseen.paused ? [control("c"), ...(foreseen.next("c") ?? [])] : [];
  return {
    name,
    services: { service: { run: REPORTER } },
    steps: [supervise(), lines(1), until("run"), waitUntilOld(), ...steps, ...awake, ...shutDown()],
  };
}

/** Writes all the bytes, when the FIFO has room for them. */
async function tell(service: Supervised, bytes: string | Uint8Array): Promise<void> {
  await service.untilTrue("room in the FIFO", () => {
    assert.ok(isAlive(service.runsv.pid), service.tell());
    try {
      service.control(bytes);
      return true;
    } catch (error) {
      assert.equal(error instanceof Error && "code" in error && error.code, "EAGAIN");
      return false;
    }
  });
}

const skip = debian.missing ?? (originalInPlace && "ours is asked for");

describe("bytes made up, in supervise/control", { concurrency: 2 }, () => {
  test("between other bytes, each does what the original does", { skip }, async (t) => {
    await forEach(randomValues(sequence, SEQUENCES), AT_ONCE, async (commands) => {
      const told = scenario(commands);
      await compareWithRetries(t, async () => {
        const [theirs, mine] = await Promise.all([
          play(told, { runsv: debian, sv: debian }),
          play(told, { runsv: ours, sv: ours }),
        ]);
        assert.equal(mine.transcript, theirs.transcript, told.name);
      });
    });
  });

  const burst = fc.tuple(
    fc.constantFrom(FOREVER, STUBBORN, "exit 1"),
    fc.uint8Array({ minLength: BURST_BYTES, maxLength: BURST_BYTES }),
  );
  for (const [index, [run, bytes]] of randomValues(burst, BURSTS).entries()) {
    test(`runsv obeys commands after burst ${index}`, async (t) => {
      const service = superviseOurs(t, { run, finish: "exit 0" });
      await service.untilSupervised();
      // These would end it.
      const exits = Buffer.from(`x${EXIT_FOR_GOOD}`);
      const harmless = Buffer.from(bytes.map((byte) => (exits.includes(byte) ? 0 : byte)));
      for (const part of chunks([...harmless], PART_BYTES)) await tell(service, Buffer.from(part));
      await tell(service, "cdk");
      const { pid } = await service.until(
        "down",
        ({ phase, want }) => phase === "down" && want === "down",
      );
      assert.equal(pid, 0);
      await tell(service, "x");
      assert.equal(await service.exitCode(), 0);
      assert.deepEqual(service.box.processes(), []);
      assert.equal(service.stderr, "");
    });
  }
});
