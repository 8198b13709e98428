/** Loads a configuration of pm2: JSON, YAML, or a module of JavaScript. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ImportError } from "../note.ts";
import { parseTree, type SourceTree, type TreePath } from "../tree/source-tree.ts";

const MODULES = new Set([".js", ".cjs", ".mjs"]);
/** A module that takes longer hangs. */
const TIMEOUT_MS = 60_000;
const OUTPUT_MAX_BYTES = 16 * 1_024 ** 2;

/** Its output is on a descriptor of its own, because the module may print. */
const PROGRAM = `
const { writeFileSync } = await import("node:fs");
const { default: config } = await import(process.argv[1]);
writeFileSync(3, JSON.stringify(config));
process.exit(0);
`;

/**
 * A module is executed, as pm2 does, by another Node.
 *
 * @throws {ImportError} it cannot be loaded
 */
export function loadConfig(path: string): SourceTree {
  const text = readFileSync(path, "utf8");
  if (!MODULES.has(extname(path))) return parseTree(text, path);
  const lines = text.split("\n");
  return { file: path, value: resultOf(path), lineOf: (at) => lineIn(lines, at) };
}

function resultOf(path: string): unknown {
  const url = pathToFileURL(resolve(path)).href;
  const { output, stderr, error } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", PROGRAM, url],
    {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      encoding: "utf8",
      maxBuffer: OUTPUT_MAX_BYTES,
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    },
  );
  const text = output?.[3] ?? "";
  const config = error === undefined ? parsed(text) : undefined;
  if (config !== undefined) return config;
  const isLate = (error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
  const said = (stderr ?? "").split("\n").find((line) => /^\w*Error\b/.test(line));
  const reason = isLate ? `not done after ${TIMEOUT_MS / 1_000} s` : (said ?? "it exports nothing");
  throw new ImportError({ file: path, line: 1 }, `unable to load it: ${reason}`);
}

/** `undefined` if it is not JSON: a module can write to any descriptor. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Where the text of a module probably has the option of an application: between the name of this
 * one and the next, or before its name.
 */
function lineIn(lines: readonly string[], [, index, option]: TreePath): number {
  const isOf = (key: string | number | undefined) => {
    const literal = `${key}`.replace(/\W/g, "\\$&");
    const pattern = new RegExp(`(^|[{,\\s"'])${literal}["']?\\s*:`);
    return (line: string) => pattern.test(line);
  };
  const starts = lines.flatMap((line, at) => (isOf("name")(line) ? [at] : []));
  const start = starts[Number(index)] ?? 0;
  const [before, after] = [starts[Number(index) - 1] ?? -1, starts[Number(index) + 1]];
  const behind = lines.slice(start, after).findIndex(isOf(option));
  if (behind >= 0) return start + behind + 1;
  const ahead = lines.slice(before + 1, start).findIndex(isOf(option));
  return (ahead >= 0 ? before + 1 + ahead : start) + 1;
}
