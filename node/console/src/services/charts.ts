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

export class ChartRecorder {
  readonly #cpu = new Float32Array(SAMPLES).fill(Number.NaN);
  readonly #memory = new Float32Array(SAMPLES).fill(Number.NaN);
  #next = 0;
  #last: (Reading & { readonly atMs: number }) | undefined;

  /** @returns the new samples */
  record(reading: Reading, atMs: number): { readonly cpu: Sample; readonly memory: Sample } {
    const last = this.#last;
    // Another process has begun to count anew.
    const isSame = last !== undefined && last.pid === reading.pid;
    const usedS = isSame ? (reading.cpuS ?? 0) - (last.cpuS ?? 0) : Number.NaN;
    const passedS = isSame ? (atMs - last.atMs) / 1_000 : Number.NaN;
    const cpu = reading.cpuS === undefined ? Number.NaN : Math.max(0, (100 * usedS) / passedS);
    const memory = reading.bytes === undefined ? Number.NaN : Math.round(reading.bytes / KIB);
    this.#last = { ...reading, atMs };
    this.#cpu[this.#next] = cpu;
    this.#memory[this.#next] = memory;
    this.#next = (this.#next + 1) % SAMPLES;
    return { cpu: sample(cpu), memory: sample(memory) };
  }

  /** The oldest first, from the first that is known. */
  charts(): Charts {
    return { cpu: this.#inOrder(this.#cpu), memory: this.#inOrder(this.#memory) };
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
