/** Cases for chpst, and programs that print the state in which they start. */
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./compare.ts";

/** A table of cases that anybody can run. */
export const plain = (...lines: readonly string[]): Case[] =>
  lines.map((line) => ({
    words: line.split(" ").map((word) => (word === "''" ? "" : word)),
    unprivileged: true,
  }));

export const differ = (differs: string, cases: readonly Case[]): Case[] =>
  cases.map((one) => ({ ...one, differs }));

export const called = (name: string, cases: readonly Case[]): Case[] =>
  cases.map((one) => ({ ...one, name }));

export const script = (dir: string, name: string, text: string, mode = 0o755) => {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), text, { mode });
};

export const WHO = [
  "sh",
  "-c",
  "echo $(id -u) $(id -g) $(id -G) UID=$(printenv UID) GID=$(printenv GID)",
];

export const variables =
  (files: Readonly<Record<string, string>>, more?: (dir: string) => void) => (dir: string) => {
    mkdirSync(join(dir, "env"));
    for (const [name, content] of Object.entries(files)) {
      const path = Buffer.concat([Buffer.from(`${dir}/env/`), Buffer.from(name, "latin1")]);
      const fd = openSync(path, "w");
      writeFileSync(fd, Buffer.from(content, "latin1"));
      closeSync(fd);
    }
    more?.(dir);
  };

/** Prints its environment, sorted. */
export const SHOW = [
  "perl",
  "-e",
  "open F, '/proc/self/environ'; local $/; print join qq(\\n), sort split /\\0/, <F>",
];

export const withFiles = (
  title: string,
  files: Readonly<Record<string, string>>,
  extra: Partial<Case> & { more?: (dir: string) => void } = {},
): Case => {
  const { more, ...rest } = extra;
  return {
    words: ["-e", "BOX/env", ...SHOW],
    env: { KEPT: "kept", K: "old", EMPTY: "" },
    prepare: variables(files, more),
    unprivileged: true,
    title,
    ...rest,
  };
};

export const ULIMIT = [
  "sh",
  "-c",
  "for o in d s l v n p f c m t; do echo $o $(ulimit -S -$o) $(ulimit -H -$o); done 2>&1",
];

export const lower = [
  "sh",
  "-c",
  'ulimit -n 100; ulimit -c 10; ulimit -f 200; ulimit -t 50; exec "$@"',
  "sh",
];
