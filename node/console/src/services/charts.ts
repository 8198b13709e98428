/**
 * The recent past of a service's processor time and memory: a fixed number of samples, at equal
 * distances in time.
 */

/** So many samples are kept; the newest is the last. */
const SAMPLES = 60;

/** A value that is not known: nothing runs, or nobody may look. */
export type Sample = number | null;

export interface Charts {
  /** Of one processor, in percent. */
  readonly cpu: readonly Sample[];
  /** Resident memory in KiB. */
  readonly memory: readonly Sample[];
}

interface Reading {
  /** Seconds of processor time so far; `undefined` if nothing runs. */
  readonly cpuS: number | undefined;
  readonly bytes: number | undefined;
  readonly pid: number | undefined;
}

const KIB = 1_024;

const UNKNOWN = { cpu: null, memory: null } as const;

export class ChartRecorder {
  /** Two rings: processor time, and behind it memory. One array takes half the room of two. */
  readonly #rings = new Float32Array(2 * SAMPLES).fill(Number.NaN);
  #next = 0;
  #read: (Reading & { readonly atMs: number }) | undefined;
  #last: { readonly cpu: Sample; readonly memory: Sample } = UNKNOWN;

  /** The last samples. */
  get last(): { readonly cpu: Sample; readonly memory: Sample } {
    return this.#last;
  }

  /** @returns whether the new samples differ from those before */
  record(reading: Reading, atMs: number): boolean {
    const before = this.#read;
    // Another process has begun to count anew.
    const isSame = before !== undefined && before.pid === reading.pid;
    const usedS = isSame ? (reading.cpuS ?? 0) - (before.cpuS ?? 0) : Number.NaN;
    const passedS = isSame ? (atMs - before.atMs) / 1_000 : Number.NaN;
    const cpu = reading.cpuS === undefined ? Number.NaN : Math.max(0, (100 * usedS) / passedS);
    const memory = reading.bytes === undefined ? Number.NaN : Math.round(reading.bytes / KIB);
    this.#read = { ...reading, atMs };
    this.#rings[this.#next] = cpu;
    this.#rings[SAMPLES + this.#next] = memory;
    this.#next = (this.#next + 1) % SAMPLES;
    const { last } = this;
    const now = { cpu: sample(cpu), memory: sample(memory) };
    if (now.cpu === last.cpu && now.memory === last.memory) return false;
    this.#last = now;
    return true;
  }

  /** The oldest first, from the first that is known. */
  charts(): Charts {
    return {
      cpu: this.#inOrder(this.#rings.subarray(0, SAMPLES)),
      memory: this.#inOrder(this.#rings.subarray(SAMPLES)),
    };
  }

  #inOrder(ring: Float32Array): Sample[] {
    const all = Array.from(ring, (_, at) =>
      sample(ring[(this.#next + at) % SAMPLES] ?? Number.NaN),
    );
    const first = all.findIndex((one) => one !== null);
    return first < 0 ? [] : all.slice(first);
  }
}

function sample(value: number): Sample {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : null;
}
