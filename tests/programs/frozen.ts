/**
 * Makes objects of all kinds, freezes them (`frozen`; not with `plain`), forks two children, and
 * changes all objects in each child and here, each in its own way. Each process prints what its
 * objects are then: it must be the same, frozen or not.
 *
 * frozen.test.ts runs it.
 */
import * as posix from "posix";

/** Changes its objects for the `n`th time, and returns what they are then. */
type Step = (n: number) => unknown;

const ROUNDS = 40;
/** More than the engine lets lie before it looks for cyclic garbage. */
const GARBAGE = 8_000;

class Counter {
  static made = 0;
  readonly #own: number[] = [];
  plain = 1;
  constructor() {
    Counter.made += 1;
  }
  add(n: number): number {
    this.#own.push(n);
    this.plain += n;
    return this.#own.length;
  }
  get sum(): number {
    return this.#own.reduce((sum, n) => sum + n, 0);
  }
}

function* numbers(from: number): Generator<number, string, number | undefined> {
  let at = from;
  try {
    for (;;) at += (yield at) ?? 1;
  } finally {
    at = -1;
  }
}

/** Each makes its objects once, before they are frozen. */
const KINDS: Record<string, () => Step> = {
  "properties added, removed and reconfigured": () => {
    const object: Record<string, unknown> = { a: 1, b: "x", c: [1], d: { e: 1 } };
    const twin = { a: 1, b: "x", c: [1], d: { e: 1 } };
    return (n) => {
      object[`p${n % 7}`] = n;
      delete object[n % 2 === 0 ? "a" : `p${(n + 3) % 7}`];
      Object.defineProperty(object, "q", {
        ...(n % 2 === 0 ? { value: n, writable: true } : { get: () => n }),
        enumerable: n % 3 === 0,
        configurable: true,
      });
      return [Object.entries(object), Object.keys(twin), twin];
    };
  },
  "an object with so many properties that it is a table": () => {
    const table: Record<string, number> = {};
    for (let i = 0; i < 300; i += 1) table[`k${i}`] = i;
    for (let i = 0; i < 300; i += 2) delete table[`k${i}`];
    return (n) => {
      for (let i = 0; i < 30; i += 1) table[`n${n}.${i}`] = i;
      for (let i = 0; i < 20; i += 1) delete table[`k${(n * 20 + i) % 300}`];
      return [Object.keys(table).length, table[`k${n}`], table[`n${n}.29`]];
    };
  },
  "sealed and frozen objects, and prototypes": () => {
    const base: Record<string, unknown> = { inherited: 1 };
    const child = Object.create(base) as Record<string, unknown>;
    const other: Record<string, unknown> = { own: 1 };
    const sealed = Object.seal({ a: 1 });
    const fixed = Object.freeze({ a: 1 });
    return (n) => {
      base[`i${n % 5}`] = n;
      if (n % 3 === 0) Object.setPrototypeOf(other, n % 2 === 0 ? base : null);
      if (n === 17) Object.preventExtensions(child);
      sealed.a = n;
      const refused = [() => Object.assign(fixed, { a: n }), () => Object.assign(child, { x: n })];
      return [child.inherited, child[`i${n % 5}`], other.inherited, sealed, refused.map(outcome)];
    };
  },
  "the prototypes of the language": () => (n) => {
    const prototype = Array.prototype as unknown as Record<string, unknown>;
    prototype.lastButOne = function (this: unknown[]) {
      return [n, this.at(-2)];
    };
    const made = ([1, 2, 3] as unknown as { lastButOne: () => unknown }).lastButOne();
    if (n % 2 === 0) delete prototype.lastButOne;
    return [made, "lastButOne" in []];
  },
  "arrays that grow, shrink and have holes": () => {
    const array = [1, 2, 3];
    const holes: number[] = [];
    holes[5] = 5;
    const of: unknown[] = ["a", {}, [1]];
    return (n) => {
      array.push(n, n + 1);
      if (n % 3 === 0) array.splice(1, 2, n, n, n);
      if (n % 5 === 0) array.length = 4;
      array.reverse();
      holes[n * 3] = n;
      delete holes[n];
      of.unshift(of.pop(), { n });
      of.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      return [array, holes.length, Object.keys(holes), of.length, of[1]];
    };
  },
  "maps and sets, and iterators under way": () => {
    const map = new Map<unknown, unknown>([
      ["a", 1],
      [1, {}],
      [Number.NaN, []],
    ]);
    const set = new Set<unknown>(["x", 2]);
    const keys = map.keys();
    keys.next();
    return (n) => {
      map.set(`k${n}`, n).set("a", n).set({}, n);
      map.delete(`k${n - 2}`);
      if (n % 4 === 0) set.clear();
      set.add(n).add(`${n}`);
      const next = keys.next();
      return [map.size, [...map.values()].slice(0, 9), [...set], next, map.has(Number.NaN)];
    };
  },
  "weak maps": () => {
    const keys = [{}, [], () => 1] as object[];
    const weak = new WeakMap<object, unknown>(keys.map((key, index) => [key, index]));
    const seen = new WeakSet(keys);
    return (n) => {
      const fresh = {};
      weak.set(fresh, n).set(keys[0] as object, n);
      keys.push(fresh);
      if (n % 3 === 0) weak.delete(keys[1] as object);
      if (n % 4 === 0) keys.splice(3);
      return [keys.map((key) => weak.get(key)), seen.has(keys[2] as object), seen.has(fresh)];
    };
  },
  "strings that grow, ropes, slices and names": () => {
    let text = "a";
    let long = "0123456789".repeat(900);
    let wide = "\u20ac";
    const part = long.slice(10, 2_000);
    const names = ["toString", "a name that no other object has"];
    return (n) => {
      const before = text;
      text += `${n},`;
      long = long.slice(0, 9_000) + part + n;
      wide += String.fromCharCode(0x100 + n);
      const object = { [text]: n, [names[1] as string]: before };
      return [text, before, long.length, long.slice(-4), part.length, wide, Object.keys(object)];
    };
  },
  "closures that share variables": () => {
    let shared = 0;
    const list: (() => number)[] = [];
    const up = (n: number) => {
      shared += n;
    };
    const bound = Math.max.bind(undefined, 3);
    return (n) => {
      up(n);
      list.push(() => shared + n);
      if (n % 5 === 0) list.shift();
      return [shared, list.map((each) => each()), bound(n), up.name, up.length];
    };
  },
  classes: () => {
    const counter = new Counter();
    return (n) => {
      const count = counter.add(n);
      const fresh = new Counter();
      Object.assign(fresh, { extra: n });
      return [count, counter.sum, counter.plain, Counter.made, fresh];
    };
  },
  generators: () => {
    const running = numbers(1);
    running.next();
    const fresh = numbers(5);
    const letters = "abc"[Symbol.iterator]();
    return (n) => {
      const next = running.next(n);
      if (n === 30) running.return("over");
      const [first, second] = [fresh.next(n), letters.next()];
      return [next, first, second, [...spread(n % 4)]];
    };
  },
  exceptions: () => {
    const error = new RangeError("made before");
    return (n) => {
      error.message += n;
      const thrown = outcome(() => {
        if (n % 2 === 0) throw error;
        return (undefined as unknown as { x: number }).x;
      });
      return [thrown, Object.keys(error), outcome(() => deep(1_000_000))];
    };
  },
  "bytes and numbers": () => {
    const buffer = new ArrayBuffer(64);
    const bytes = new Uint8Array(buffer);
    const floats = new Float64Array(buffer, 8, 4);
    const view = new DataView(buffer);
    return (n) => {
      bytes[n] = n;
      floats[n % 4] = n / 3;
      view.setUint32(48, n * 1_000_003);
      bytes.copyWithin(40, 0, 8);
      return [[...bytes], floats[1], [...bytes.subarray(n % 8, 8).map((byte) => byte + 1)]];
    };
  },
  symbols: () => {
    const key = Symbol("key");
    const object: Record<symbol, unknown> = { [key]: 1 };
    return (n) => {
      object[Symbol.for(`s${n % 6}`)] = n;
      object[key] = n;
      return [Object.getOwnPropertySymbols(object).map(String), object[key]];
    };
  },
  json: () => {
    const value: { list: unknown[] } = JSON.parse('{"list":[1,{"a":null}]}');
    return (n) => {
      value.list.push({ n, text: JSON.stringify(value).length });
      if (n % 6 === 0) value.list.splice(0, 5);
      return JSON.parse(JSON.stringify(value));
    };
  },
  "arguments and parameters": () => {
    let kept: IArguments | undefined;
    const take = function (..._: unknown[]): IArguments {
      // biome-ignore lint/complexity/noArguments: that is what is tried
      return arguments;
    };
    kept = take(1, "two", {});
    return (n) => {
      if (kept !== undefined) kept[n % 4] = n;
      return [[...(kept ?? [])], kept?.length, [...take(n, n)]];
    };
  },
};

function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof Error ? [error.name, error.message] : "something else";
  }
}

function deep(levels: number): number {
  return levels === 0 ? 0 : 1 + deep(levels - 1);
}

function* spread(count: number): Generator<number> {
  for (let i = 0; i < count; i += 1) yield i;
}

/** Cyclic garbage that refers to objects which existed before. */
function litter(steps: readonly unknown[]): void {
  for (let i = 0; i < GARBAGE; i += 1) {
    const one: Record<string, unknown> = { steps, text: `${i}` };
    one.self = [one, () => one];
  }
}

const print = (text: string) =>
  posix.write(1, new Uint8Array([...text].map((c) => c.charCodeAt(0) & 0xff)));

const steps = Object.entries(KINDS).map(([kind, make]) => [kind, make()] as const);

// What is under way when the objects are frozen.
let settle: (value: unknown) => void = () => undefined;
const waiting = new Promise<unknown>((resolve) => {
  settle = resolve;
});
const log: unknown[] = [];
async function waiter(name: string): Promise<string> {
  log.push([name, await waiting]);
  for (let n = 0; n < 3; n += 1) log.push([name, await Promise.resolve(n)]);
  throw new TypeError(name);
}
const rejected = waiter("before").catch((error: unknown) => String(error));

if (posix.argv().at(-1) === "frozen") posix.freeze();
const forked = posix.fork(2);

const own = typeof forked === "number" ? forked + 1 : 0;
for (const pid of typeof forked === "number" ? [] : forked) {
  while (posix.waitpid(pid) === undefined) posix.poll(new ArrayBuffer(8), 0, 1);
}
for (let round = 0; round < ROUNDS; round += 1) {
  const n = round + own * ROUNDS;
  for (const [kind, step] of steps)
    print(`${own} ${round} ${kind}: ${JSON.stringify(step(n % 61))}\n`);
  if (round % 8 === 7) litter(steps);
}
settle({ own });
void Promise.all([rejected, waiter("after").catch((error: unknown) => String(error))]).then(
  (ends) => print(`${own} promises: ${JSON.stringify([ends, log])}\n`),
);
