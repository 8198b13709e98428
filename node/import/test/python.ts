/** Asks Python, whose modules supervisord reads its files with. */
import { execFileSync } from "node:child_process";

/**
 * Calls a function of Python for each input.
 *
 * @param definition of `answer(input)`, which may raise an exception
 * @returns the answers, `undefined` for an exception
 */
export function answersOf<Input>(definition: string, inputs: readonly Input[]): unknown[] {
  const script = `${definition}
import json, sys
def safe(given):
    try:
        return {"answer": answer(given)}
    except Exception:
        return {}
json.dump([safe(given) for given in json.load(sys.stdin)], sys.stdout)
`;
  const answers: { readonly answer?: unknown }[] = JSON.parse(
    execFileSync("python3", ["-c", script], {
      input: JSON.stringify(inputs),
      encoding: "utf8",
      maxBuffer: 64 * 1_024 ** 2,
    }),
  );
  return answers.map(({ answer }) => answer);
}

/** The answer of a function of ours, `undefined` for an error. */
export function answerOf(call: () => unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(call()));
  } catch {
    return undefined;
  }
}
