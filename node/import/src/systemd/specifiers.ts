/**
 * Specifiers such as `%i` in a unit of the system.
 *
 * The rules are those of "Specifiers" in systemd.unit(5).
 */
import { hostname, release } from "node:os";
import { ValueError } from "../supervisord/values.ts";

const SUFFIX = ".service";

export interface UnitName {
  /** Without `.service`. */
  readonly name: string;
  readonly prefix: string;
  /** Empty if it is no instance; `undefined` of a template. */
  readonly instance: string | undefined;
}

/** @param file the name of the file */
export function unitName(file: string): UnitName {
  const name = file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : file;
  const at = name.indexOf("@");
  if (at < 0) return { name, prefix: name, instance: "" };
  return { name, prefix: name.slice(0, at), instance: name.slice(at + 1) || undefined };
}

/** @throws {ValueError} there is no such specifier */
export function expandSpecifiers(text: string, { name, prefix, instance = "" }: UnitName): string {
  return text.replace(/%(.?)/gs, (whole, letter: string) => {
    const value: Readonly<Record<string, string>> = {
      "%": "%",
      n: `${name}${SUFFIX}`,
      N: name,
      p: prefix,
      P: unescaped(prefix),
      i: instance,
      I: unescaped(instance),
      j: prefix.slice(prefix.lastIndexOf("-") + 1),
      J: unescaped(prefix.slice(prefix.lastIndexOf("-") + 1)),
      f: `/${unescaped(instance === "" ? prefix : instance)}`,
      H: hostname(),
      l: hostname().split(".")[0] ?? "",
      v: release(),
      t: "/run",
      S: "/var/lib",
      C: "/var/cache",
      L: "/var/log",
      E: "/etc",
      T: "/tmp",
      V: "/var/tmp",
      h: "/root",
      u: "root",
      U: "0",
      g: "root",
      G: "0",
      s: "/bin/sh",
    };
    const found = Object.hasOwn(value, letter) ? value[letter] : undefined;
    if (found === undefined) throw new ValueError(`the specifier ${whole} is not known here`);
    return found;
  });
}

/** As `systemd-escape --unescape`. */
function unescaped(text: string): string {
  return text
    .replaceAll("-", "/")
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
