/**
 * Words for /bin/sh.
 *
 * Pure: texts only.
 */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The word as sh takes it for this text. */
export function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A comment; a text with newlines must not end it. */
export function comment(text: string): string {
  return `# ${text.replace(/[\r\n\0]+/g, " ")}`;
}
