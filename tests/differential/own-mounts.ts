/**
 * Plays a shell script with the original and with ours, each in a mount namespace of its own, with
 * empty directories in the places that are compiled into the tools.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ours } from "../support/suite.ts";
import { DEADLINE_MS } from "../support/wait.ts";

const DEBIAN_BIN = "/usr/sbin";

export type Player = "original" | "ours";

/** A tool with compiled-in paths. */
export class MountedTool {
  readonly skip: string | false;
  readonly #name: string;
  readonly #places: readonly string[];

  /** @param places the directories that are empty in the namespace */
  constructor(name: string, places: readonly string[]) {
    this.#name = name;
    this.#places = places;
    const absent = [join(DEBIAN_BIN, name), ...places].find((path) => !existsSync(path));
    this.skip = absent === undefined ? mountsRefused() : `${absent} is not there`;
  }

  path(player: Player): string {
    return join(player === "ours" ? ours.bin : DEBIAN_BIN, this.#name);
  }

  /**
   * @param script `$TOOL` in it is the tool; a line of its output that begins with `$` is its exit
   * code
   * @returns standard output and error, with NAME in place of the tool's path
   */
  play(player: Player, script: string): string {
    const mounts = this.#places.map((place) => `mount -t tmpfs tmpfs ${place}\n`).join("");
    const text = `set -e\n${mounts}set +e\nexec 2>&1\n${script}`;
    const { stdout, status } = spawnSync("unshare", ["--mount", "sh", "-c", text], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", TOOL: this.path(player) },
      encoding: "latin1",
      timeout: DEADLINE_MS,
    });
    if (status === null) throw new Error(`the script hangs:\n${script}\n${stdout}`);
    return stdout.replaceAll(this.path(player), "NAME");
  }
}

function mountsRefused(): string | false {
  return spawnSync("unshare", ["--mount", "true"]).status !== 0 && "unshare is not permitted";
}
