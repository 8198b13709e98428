/**
 * `sv graph`: what services need and come after. A program of its own, sv/words/graph.
 */
import { readWords, type WordContext } from "./command-line.ts";
import { idOf, nodeMembers, nodesFrom } from "./graph-nodes.ts";
import { type GraphRequest, SPEC } from "./graph-options.ts";
import { dotText, type GraphNode, rootsOf, treeLines } from "./graph-text.ts";
import { DOCUMENT, jsonText } from "./json.ts";
import { noServicesText, servicesOf } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { printing, WordOutput } from "./word-output.ts";

export function run(words: readonly string[], _context: WordContext): number {
  const request: GraphRequest = { color: "auto", json: false, dot: false };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const isNamed = operands.length > 0;
    const services = servicesOf(operands, output);
    if (isNamed) suggestOthers(services);
    const nodes = nodesFrom(services);
    const first = services.map((service) => idOf(service.path));
    for (const id of first) {
      if (nodes.get(id)?.summary === "unreadable") output.countFailure();
    }
    if (request.json) printJson([...nodes.values()], nodes, output);
    else if (request.dot) output.write(dotText(nodes));
    else {
      if (!isNamed && services.length === 0) output.note(noServicesText());
      const roots = isNamed ? first : rootsOf(nodes);
      for (const line of treeLines(roots, nodes, output.paint)) output.line(line);
    }
  });
}

function printJson(
  list: readonly GraphNode[],
  nodes: ReadonlyMap<string, GraphNode>,
  output: WordOutput,
): void {
  output.write(DOCUMENT.before);
  let between = "";
  for (const node of list) {
    output.write(between + jsonText(nodeMembers(node, nodes)));
    between = DOCUMENT.between;
  }
  output.write(DOCUMENT.after);
}
