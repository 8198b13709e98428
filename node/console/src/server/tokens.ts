/**
 * The tokens that open the console: the file `tokens` of the state directory has a line for each,
 * `SHA256 RIGHTS NAME`. The token itself is nowhere.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { ConsoleError } from "../console-error.ts";

/** - `all`: also commands; `read-only`: state, logs and metrics; `metrics-only`: /metrics alone */
export type Rights = "all" | "read-only" | "metrics-only";

/** Whoever asks: by a token, or by the permissions of a UNIX socket. */
export interface User {
  readonly name: string;
  readonly rights: Rights;
  /** The SHA-256 of the token; `undefined` for whoever came through a UNIX socket. */
  readonly tokenHash: Buffer | undefined;
}

interface Token extends User {
  readonly tokenHash: Buffer;
}

/** 256 bits: nobody guesses one. */
const TOKEN_BYTES = 32;
const NAME = /^[\w.@-]{1,64}$/;
const LINE = /^([0-9a-f]{64}) (all|read-only|metrics-only) ([\w.@-]{1,64})$/;
const OWNER_ONLY = 0o600;

export class TokenFile {
  readonly #directory: string;
  readonly #path: string;
  #tokens: readonly Token[] = [];
  #version = "";

  /** @throws {ConsoleError} the directory cannot be made, or others may write to it */
  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, "tokens");
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const { mode, uid } = statSync(directory);
      if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) {
        throw new ConsoleError(
          `${directory}: others may write to the state directory (chown it to yourself; chmod 700)`,
        );
      }
    } catch (error) {
      throw ConsoleError.from(error, `unable to use the state directory ${directory}`);
    }
  }

  /** Whether no token was ever made. */
  get isNew(): boolean {
    try {
      statSync(this.#path);
      return false;
    } catch {
      return true;
    }
  }

  /**
   * Adds a token, in place of one of that name.
   *
   * @returns the token, which nobody can find out later
   */
  add(name: string, rights: Rights): string {
    if (!NAME.test(name)) {
      throw new ConsoleError(`${JSON.stringify(name)}: a name has 1 to 64 of a-z A-Z 0-9 _ . @ -`);
    }
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    const others = this.list().filter((one) => one.name !== name);
    this.#write([...others, { name, rights, tokenHash: hashOf(token) }]);
    return token;
  }

  /** @returns whether there was one */
  remove(name: string): boolean {
    const all = this.list();
    const others = all.filter((one) => one.name !== name);
    if (others.length < all.length) this.#write(others);
    return others.length < all.length;
  }

  /**
   * The tokens as the file has them now.
   *
   * @throws {ConsoleError} it cannot be read, or is damaged
   */
  list(): readonly Token[] {
    try {
      const { mtimeNs, ino, mode, uid } = statSync(this.#path, { bigint: true });
      if (Number(uid) !== process.geteuid?.() || (Number(mode) & 0o077) !== 0) {
        throw new ConsoleError(`${this.#path}: others may use the file (chmod 600)`);
      }
      const version = `${ino}:${mtimeNs}`;
      if (version !== this.#version) {
        this.#tokens = tokensIn(readFileSync(this.#path, "latin1"), this.#path);
        this.#version = version;
      }
    } catch (error) {
      this.#version = "";
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        throw ConsoleError.from(error, `unable to read ${this.#path}`);
      }
      this.#tokens = [];
    }
    return this.#tokens;
  }

  /** Who has this token, in a time that does not depend on which, or on how much of it is right. */
  userOf(token: string): User | undefined {
    const hash = hashOf(token);
    let user: User | undefined;
    for (const one of this.list()) {
      if (timingSafeEqual(one.tokenHash, hash)) user = one;
    }
    return user;
  }

  /** Whether the token with which the user came has not been removed. */
  isValid({ tokenHash }: User): boolean {
    return tokenHash === undefined || this.list().some((one) => one.tokenHash.equals(tokenHash));
  }

  /** Writes a token to a file of its own, for its owner to read. @returns the path of that file */
  keepForOwner(token: string): string {
    const path = join(this.#directory, "admin-token");
    try {
      unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    writeNew(path, `${token}\n`);
    return path;
  }

  #write(tokens: readonly Token[]): void {
    const fresh = `${this.#path}.new`;
    try {
      unlinkSync(fresh);
    } catch {
      // There is none, as nearly always.
    }
    try {
      writeNew(
        fresh,
        tokens
          .map((one) => `${one.tokenHash.toString("hex")} ${one.rights} ${one.name}\n`)
          .join(""),
      );
      renameSync(fresh, this.#path);
    } catch (error) {
      throw ConsoleError.from(error, `unable to write ${this.#path}`);
    }
  }
}

function tokensIn(text: string, path: string): Token[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, index) => {
    const [, hash = "", rights = "", name = ""] = LINE.exec(line) ?? [];
    if (hash === "") throw new ConsoleError(`${path}: line ${index + 1} is no token`);
    return { tokenHash: Buffer.from(hash, "hex"), rights: rights as Rights, name };
  });
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function writeNew(path: string, text: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY);
  try {
    fchmodSync(fd, OWNER_ONLY);
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
