/**
 * Random rules for svlogd, and lines for them: the same for the same seed. Pure.
 *
 * Each family tests something else: patterns as people write them; few letters, so that many
 * patterns match for a while; long patterns with lines that follow them; many stars.
 */

interface RuleSet {
  /** The file `config`. */
  readonly config: string;
  /** Complete lines, of `bytes` bytes at least. */
  readonly lines: string;
}

/**
 * Like the rules of real users; none has a plus, because the original differs there:
 * `pattern-plus`.
 */
const WORDS = [
  ..."GET /health*|GET /metrics*|kube-probe*|favicon.ico*|debug: *|trace: *|TLS handshake error*".split(
    "|",
  ),
  ..."broken pipe*|upstream timed out*|status=200*|POST /ping*|info: *|cache hit*|pam_unix*|* *".split(
    "|",
  ),
];
const DISTINCT_LINES = 200;

class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) % 0x7fff_ffff || 1;
  }
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fff_ffff;
    return Math.floor((this.#state / 0x7fff_ffff) * limit);
  }
  of<T>(values: ArrayLike<T>): T {
    return values[this.below(values.length)] as T;
  }
  text(letters: string, length: number): string {
    return Array.from({ length }, () => this.of(letters)).join("");
  }
}

export function makeRuleSet(seed: number, bytes: number): RuleSet {
  const chance = new Chance(seed);
  const count = 1 + chance.below(chance.of([5, 40]));
  const letters = chance.of(["ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyz ./:=0123456789"]);
  const stars = `${letters}${"*".repeat(letters.length)}`;
  const words = chance.of([true, false]);
  const longest = chance.of([6, 20, 400]);
  const kinds = chance.of(["-", "-+", "-+eE", "--eE", "+-e"]);
  const patterns = Array.from({ length: count }, () => {
    if (words) return `*${"* ".repeat(chance.below(5))}${chance.of(WORDS)}`;
    const body = chance.text(chance.of([letters, stars]), chance.below(longest) + 1);
    return chance.of([body, `*${body}`, `${body}*`, `*${body}*`]);
  });
  const rules = patterns.map((pattern) => `${chance.of(kinds)}${pattern}\n`).join("");
  const lineBytes = chance.of([1, 20, 100, 100, 200, 990, 3_000]);
  const distinct = Array.from({ length: DISTINCT_LINES }, () => {
    // A line that follows a pattern for a while, and then diverges.
    const pattern = chance
      .of(patterns)
      .replaceAll("*", () => chance.text(letters, chance.below(4)));
    const followed = pattern.slice(0, chance.below(pattern.length + 1));
    const rest = chance.text(letters, Math.max(0, chance.below(lineBytes) - followed.length));
    return `${chance.of([followed, ""])}${rest}\n`;
  });
  const pieces: string[] = [];
  for (let size = 0; size < bytes; ) {
    const line = chance.of(distinct);
    pieces.push(line);
    size += line.length;
  }
  return { config: `s0\n${rules}`, lines: pieces.join("") };
}
