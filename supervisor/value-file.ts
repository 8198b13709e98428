/**
 * Reads a file of a service directory that holds one value. It is read when the value is needed, so
 * an edit takes effect without notice to the supervisor. A file that cannot be parsed causes a
 * warning and counts as absent; no such file can hold up a supervisor. If a resource has run out,
 * the text that was read last counts.
 */
import * as posix from "posix";
import { isPosixError, isResourceExhaustion } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { ServiceOwner } from "./service-owner.ts";

/** Longer than any number or signal name. */
const TEXT_MAX_BYTES = 64;
/** So much of a text is in the warning about it. */
export const SHOWN_MAX_BYTES = 16;

/** The parts of a supervisor that a file is read for. */
export type FileReader = Pick<ServiceOwner, "home" | "warnOnce" | "optionalFiles">;

interface ValueFile<T> {
  /** Relative to the service directory. */
  readonly path: string;
  /** Describes a valid text, for the warning about one that `parse` rejects. */
  readonly kind: string;
  readonly parse: (text: string) => T | undefined;
  /** See {@link readStart}. */
  readonly isVital?: boolean;
}

interface ReadOptions {
  readonly maxBytes: number;
  /** The file must not count as absent because a resource has run out. */
  readonly isVital?: boolean;
}

/**
 * @returns `undefined` if there is no such file, or none that makes sense, which is reported
 * @throws {PosixError} as {@link readStart}
 */
export function readValue<T>(
  owner: FileReader,
  { path, kind, parse, isVital = false }: ValueFile<T>,
): T | undefined {
  const text = readStart(owner, path, { maxBytes: TEXT_MAX_BYTES, isVital });
  if (text === undefined) return undefined;
  const value = text.length > TEXT_MAX_BYTES ? undefined : parse(text);
  if (value === undefined) {
    const shown = printable(text.trimEnd(), SHOWN_MAX_BYTES);
    owner.warnOnce(`./${path}: "${shown}" is not ${kind}.`);
  }
  return value;
}

/**
 * @returns `undefined` if there is no such file, or it cannot be read, which is reported; of a text
 * that is too long, one byte more than `maxBytes`
 * @throws {PosixError} the file is vital, and a resource has run out
 */
export function readStart(
  owner: FileReader,
  path: string,
  { maxBytes, isVital = false }: ReadOptions,
): string | undefined {
  try {
    const text = posix.readText(owner.home.fd, path, maxBytes + 1);
    owner.optionalFiles.remember(path, text);
    return text;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    const isShort = isResourceExhaustion(error);
    if (isShort && isVital) throw error;
    if (error.code !== "ENOTDIR") owner.warnOnce(`unable to ${error.call} ./${path}`, error);
    if (isShort) return owner.optionalFiles.rememberedText(path);
    owner.optionalFiles.remember(path, undefined);
    return undefined;
  }
}
