/**
 * `sv graph`: what services need and come after. A program of its own, sv/words/graph.
 */
import * as posix from "posix";
import { Directory } from "../../../base/directory.ts";
import { ignoringErrors } from "../../../base/errors.ts";
import { readEntries } from "../../../supervisor/dependency-entries.ts";
import { placeOf, siblingPath } from "../../../supervisor/place.ts";
import { NamedService } from "../service.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { type GraphRequest, SPEC } from "./graph-options.ts";
import { dotText, type GraphNode, rootsOf, treeLines } from "./graph-text.ts";
import { DOCUMENT, type Json, jsonText, nameMembers } from "./json.ts";
import { servicesOf } from "./services.ts";
import { isSupervisable } from "./supervisable.ts";
import { viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

export function run(words: readonly string[], _context: WordContext): number {
  const request: GraphRequest = { color: "auto", json: false, dot: false };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const isNamed = operands.length > 0;
    const services = servicesOf(operands, output).filter((one) => isNamed || isSupervisable(one));
    const nodes = nodesFrom(services);
    const first = services.map((service) => idOf(service.path));
    for (const id of isNamed ? first : []) {
      if (nodes.get(id)?.summary === "unreadable") output.countFailure();
    }
    if (request.json) printJson([...nodes.values()], nodes, output);
    else if (request.dot) output.write(dotText(nodes));
    else {
      const roots = isNamed ? first : rootsOf(nodes);
      for (const line of treeLines(roots, nodes, output.paint)) output.line(line);
    }
  });
}

/** The nodes of these services, and of all that they lead to, by their ids. */
function nodesFrom(services: readonly NamedService[]): ReadonlyMap<string, GraphNode> {
  const now = posix.clockReal();
  const nodes = new Map<string, GraphNode>();
  const left = [...services];
  for (let service = left.shift(); service !== undefined; service = left.shift()) {
    const id = idOf(service.path);
    if (nodes.has(id)) continue;
    const needed = dependenciesOf(service.path);
    const { name, summary, live } = viewOf(service, { now });
    const edges = needed.map(({ kind, path }) => ({ kind, to: idOf(path) }));
    nodes.set(id, { id, name, summary, edges, waitsFor: live?.waitsFor ?? [] });
    left.push(...needed.map((one) => new NamedService(one.name, one.path)));
  }
  return nodes;
}

/** The entries of `needs` and `after` with their paths; none if they cannot be read. */
function dependenciesOf(path: string) {
  return (
    ignoringErrors(() => {
      const home = Directory.open(path);
      try {
        const scanned = placeOf(path, home.fd)?.scanned ?? `${path}/..`;
        return readEntries(home).map((one) => ({ ...one, path: siblingPath(scanned, one) }));
      } finally {
        home.close();
      }
    }) ?? []
  );
}

/** The directory, whatever its path; the path, if there is none. */
function idOf(path: string): string {
  return ignoringErrors(() => posix.stat(posix.AT_FDCWD, path, 0))?.id ?? path;
}

function printJson(
  list: readonly GraphNode[],
  nodes: ReadonlyMap<string, GraphNode>,
  output: WordOutput,
): void {
  output.write(DOCUMENT.before);
  let between = "";
  for (const { name, summary, edges, waitsFor } of list) {
    const named = (kind: string): Json =>
      edges
        .filter((edge) => edge.kind === kind)
        .map(({ to }) => nameMembers("name", nodes.get(to)?.name ?? ""));
    const members: Json = {
      ...nameMembers("name", name),
      summary,
      needs: named("needs"),
      after: named("after"),
      waits_for: waitsFor.map((one) => nameMembers("name", one)),
    };
    output.write(between + jsonText(members));
    between = DOCUMENT.between;
  }
  output.write(DOCUMENT.after);
}
