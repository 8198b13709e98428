/** Reads a unit of systemd, with its drop-ins. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Imported } from "../imported.ts";
import { ImportError } from "../note.ts";
import { planOf } from "./service.ts";
import { unitName } from "./specifiers.ts";
import { Unit } from "./unit.ts";
import { parseUnit } from "./unit-parser.ts";

/** Of other sections, such as `[Timer]`, a unit of a service has none. */
const SECTIONS = new Set(["Unit", "Service", "Install"]);

/** @throws {ImportError} it is no unit of a service */
export function readUnit(path: string): Imported {
  const name = unitName(basename(path));
  const folder = `${path}.d`;
  const dropIns = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".conf"))
        .sort()
        .map((file) => join(folder, file))
    : [];
  const all = [path, ...dropIns].flatMap((file) => parseUnit(readFileSync(file, "utf8"), file));
  const others = all.filter(({ section }) => !SECTIONS.has(section));
  const assignments = all.filter(({ section }) => SECTIONS.has(section));
  const unit = new Unit(name, path, assignments);
  if (!assignments.some(({ section }) => section === "Service")) {
    throw new ImportError(unit.place, "there is no section [Service]");
  }
  if (name.instance === undefined) {
    throw new ImportError(
      unit.place,
      "is a template; copy it to a file with the instance, NAME@INSTANCE.service",
    );
  }
  const notes = others
    // The sections with X- are for other programs.
    .filter(({ section }) => !section.startsWith("X-"))
    .map(({ file, line, section, key }) => ({
      file,
      line,
      text: `[${section}] ${key}: is not for a service`,
    }));
  return { plans: [planOf(unit)], notes, failures: [] };
}
