/**
 * Random histories, each from a seed. The rows of docs/differences.md under `svlogd` are left out
 * of them: tests/e2e/svlogd tests those.
 */
import type { History, Step } from "./histories.ts";

/** Numbers at random, the same for the same seed. */
class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = ((seed * 2_654_435_761) % 0x7fff_fffe) + 1;
    for (let round = 0; round < 5; round += 1) this.below(2);
  }
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fff_ffff;
    return Math.floor((this.#state / 0x7fff_ffff) * limit);
  }
  of<T>(...values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
  upTo<T>(max: number, make: () => T): T[] {
    return Array.from({ length: this.below(max + 1) }, make);
  }
}

/** @param isHandedOver whether svlogd is started again after each step */
export function madeUp(seed: number, isHandedOver = false): History {
  const chance = new Chance(seed);
  const lineBytes = chance.of(1_000, 1_000, 20, 300);
  const replaces = chance.below(4) === 0;
  const replacesLetters = chance.below(5) === 0;
  const words = [
    chance.of("", "", "-t", "-tt", "-ttt"),
    lineBytes === 1_000 ? "" : `-l${lineBytes}`,
    chance.of("", "", `-b${lineBytes + 1}`, "-b8192"),
    replaces ? "-r." : "",
    replacesLetters ? "-Rab" : "",
  ].filter(Boolean);
  /** Behind LEN the original replaces nothing. */
  const filler = replaces || replacesLetters ? "x" : chance.of("x", "\0", "\xff");

  const pattern = () =>
    chance.upTo(4, () => chance.of("a", "b", "*", "*", ": ", "pid", "\t", "e")).join("");
  const rule = () => chance.of("+", "-", "-", "e", "E") + pattern();
  /** Of one history: if it is lowered, the original does not come down to it. */
  const keep = chance.of(0, 2, 3, 10);
  const processes = chance.below(4) === 0;
  const settings = () => {
    // More than a line; less is cut differently.
    const size = chance.of(lineBytes, lineBytes + 1, 2 * lineBytes + 7, 5_000 + lineBytes, 0);
    // A processor for every line would take the original long.
    const lines = [`s${processes ? "8k" : chance.of(`${size}`, `${size}`, "8k")}`, `n${keep}`];
    if (chance.below(2) === 0) lines.push(...chance.upTo(3, rule));
    if (chance.below(3) === 0) lines.push(`p${chance.of("web: ", "\xfe", "-")}`);
    if (processes) lines.push("!tr p-z P-Z; cat <&4 >&5; echo . >&5");
    return `${lines.join("\n")}${chance.of("\n", "")}`;
  };
  const word = () =>
    chance.of(
      "a",
      "ab",
      "b",
      " ",
      ": ",
      "*",
      "+",
      "pid",
      "\0",
      "\xff\xfe",
      "\xc3\xa9",
      "\t",
      "\r",
      "e",
    );
  const line = () => {
    const text = chance.upTo(chance.of(1, 3, 8, 30), word).join("");
    if (chance.below(10) !== 0) return text.slice(0, lineBytes - 1);
    const tail = chance.of(0, 1, 100, 3_000, 9_000);
    return text.slice(0, lineBytes).padEnd(lineBytes, "y") + filler.repeat(tail);
  };
  const count = chance.of(1, 1, 2, 3);
  const configs = Array.from({ length: count }, settings);
  const steps: Step[] = [];
  for (let index = chance.below(6); index >= 0; index -= 1) {
    const text = `${chance.upTo(60, line).join("\n")}\n`;
    const at = chance.below(text.length);
    steps.push({ do: "write", text: text.slice(0, at) });
    if (chance.below(2) === 0) {
      // After HUP the original logs the rest of a long line, selected or not.
      const selects = configs.some((config) => /^[-+]/m.test(config));
      steps.push({ do: "signal", signal: selects ? "SIGALRM" : chance.of("SIGALRM", "SIGHUP") });
    }
    steps.push({ do: "write", text: text.slice(at) });
    switch (isHandedOver ? 2 : chance.below(6)) {
      case 0:
        steps.push({ do: "signal", signal: chance.of("SIGALRM", "SIGHUP") });
        break;
      case 1: {
        const dir = chance.below(count);
        // With no rules at all, the original goes on telling standard error what it told it before.
        const [config, signal] = [`Enothing\n${settings()}`, "SIGHUP"] as const;
        configs.push(config);
        steps.push({ do: "configure", dir, config }, { do: "signal", signal });
        break;
      }
      case 2:
        // Only ours processes the files that a crash leaves.
        steps.push({ do: "again", by: chance.of("end", "SIGTERM", processes ? "end" : "SIGKILL") });
    }
  }
  return { words, configs: configs.slice(0, count), steps };
}
