/**
 * The format of supervisord's files: that of Python's RawConfigParser with `;` and `#` for comments
 * behind values, and with repeated sections.
 *
 * Pure. The rules are those of "Supported INI File Structure" in the documentation of Python's
 * module configparser; the tests compare with it.
 */
import { ImportError, type Place } from "../note.ts";

export interface Option extends Place {
  readonly value: string;
}

export interface Section extends Place {
  readonly name: string;
  readonly options: Map<string, Option>;
}

/** Its options are those of all other sections, unless they have their own. */
const DEFAULTS = "DEFAULT";
const COMMENTS = ["#", ";"] as const;
const HEADER = /^\[(.+)\]/;
const OPTION = /^(.*?)\s*[=:]\s*(.*)$/;

/** An option that may go on in the next line. */
interface Growing extends Place {
  readonly lines: string[];
}

/**
 * Adds the sections of a file to those of others; a section with the same name goes on.
 *
 * @param sections the sections so far, by their names
 * @throws {ImportError} a line that is neither
 */
export function parseConfig(
  text: string,
  file: string,
  sections: Map<string, Section> = new Map(),
): Map<string, Section> {
  const open = new Map<Section, Map<string, Growing>>();
  let section: Section | undefined;
  let option: Growing | undefined;
  let indent = 0;
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const place: Place = { file, line: index + 1 };
    const [bare, hasComment] = withoutComment(whole);
    const value = bare.trim();
    if (value === "") {
      // An empty line belongs to a value that goes on behind it.
      if (!hasComment) option?.lines.push("");
      continue;
    }
    const currentIndent = whole.length - whole.trimStart().length;
    if (option !== undefined && currentIndent > indent) {
      option.lines.push(value);
      continue;
    }
    indent = currentIndent;
    const header = HEADER.exec(value);
    if (header?.[1] !== undefined) {
      section = sectionAt(sections, header[1], place);
      if (!open.has(section)) open.set(section, new Map());
      option = undefined;
      continue;
    }
    if (section === undefined) throw new ImportError(place, `no section before ${value}`);
    const [, name = "", first = ""] = OPTION.exec(value) ?? [];
    if (name === "") throw new ImportError(place, `neither a section nor an option: ${value}`);
    option = { ...place, lines: [first.trim()] };
    open.get(section)?.set(name.trimEnd().toLowerCase(), option);
  }
  for (const [{ options }, growing] of open) {
    for (const [name, { lines, ...place }] of growing) {
      options.set(name, { ...place, value: lines.join("\n").trimEnd() });
    }
  }
  return sections;
}

/** The option of a section, or that of `[DEFAULT]`. */
export function optionOf(
  sections: ReadonlyMap<string, Section>,
  section: Section,
  name: string,
): Option | undefined {
  return section.options.get(name) ?? sections.get(DEFAULTS)?.options.get(name);
}

/** All names of options that a section has. */
export function optionNames(
  sections: ReadonlyMap<string, Section>,
  section: Section,
): ReadonlySet<string> {
  const common = sections.get(DEFAULTS)?.options.keys() ?? [];
  return new Set([...section.options.keys(), ...common]);
}

function sectionAt(sections: Map<string, Section>, name: string, place: Place): Section {
  const known = sections.get(name);
  if (known !== undefined) return known;
  const section: Section = { ...place, name, options: new Map() };
  sections.set(name, section);
  return section;
}

/** @returns the line without its comment, and whether it has one */
function withoutComment(line: string): readonly [string, boolean] {
  if (COMMENTS.some((mark) => line.trimStart().startsWith(mark))) return ["", true];
  for (let at = 1; at < line.length; at += 1) {
    const isMark = COMMENTS.some((mark) => mark === line[at]);
    if (isMark && /\s/.test(line[at - 1] ?? "")) return [line.slice(0, at), true];
  }
  return [line, false];
}
