/**
 * The JSON of the new words: `{"version":1,"services":[...]}`, or one object a line. Names are
 * bytes: a name that is not UTF-8 has U+FFFD in `name`, and its bytes in `name_base64`.
 *
 * Pure: values in, byte strings out. docs/sv.schema.json describes the objects.
 */
import { base64 } from "../../../base/base64.ts";
import { asUtf8, isUtf8 } from "../../../base/utf8.ts";

/** Changes only if a member changes its meaning. */
const JSON_VERSION = 1;

export type Json =
  | string
  | number
  | boolean
  | readonly Json[]
  | { readonly [member: string]: Json | undefined };

/** A value as JSON, without members that are `undefined`. Its strings are UTF-8 byte strings. */
export function jsonText(value: Json): string {
  return JSON.stringify(value);
}

/** The members of a name that is a byte string: `KEY`, and `KEY_base64` if it is not UTF-8. */
export function nameMembers(key: string, bytes: string): Readonly<Record<string, string>> {
  const text = base64UnlessUtf8(bytes);
  return text === undefined ? { [key]: bytes } : { [key]: asUtf8(bytes), [`${key}_base64`]: text };
}

export function base64UnlessUtf8(bytes: string): string | undefined {
  return isUtf8(bytes) ? undefined : base64(bytes);
}

/** An object of a stream: complete in itself, on a line of its own. */
export function streamLine(members: { readonly [member: string]: Json | undefined }): string {
  return `${jsonText({ version: JSON_VERSION, ...members })}\n`;
}

/** What precedes the objects of a document, separates two, and follows the last. */
export const DOCUMENT = {
  before: `{"version":${JSON_VERSION},"services":[\n`,
  between: ",\n",
  after: "\n]}\n",
} as const;
