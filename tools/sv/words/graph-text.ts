/**
 * The dependencies of services as an indented tree, and in the language of dot(1).
 *
 * Pure: nodes in, text out.
 */
import { quoted } from "../../../base/quoted.ts";
import type { DependencyKind } from "../../../protocol/dependency.ts";
import { toneOf } from "./service-info.ts";
import type { StateWord } from "./service-view.ts";
import type { Paint } from "./style.ts";

interface GraphEdge {
  readonly kind: DependencyKind;
  /** The id of the other node. */
  readonly to: string;
}

export interface GraphNode {
  /** Equal for the same service directory alone. */
  readonly id: string;
  readonly name: string;
  readonly summary: StateWord;
  /** Why it could not be looked at, as in `sv list`; empty if it could. */
  readonly problem: string;
  readonly edges: readonly GraphEdge[];
  /** The names of the services that it waits for. */
  readonly waitsFor: readonly string[];
}

type Nodes = ReadonlyMap<string, GraphNode>;

const INDENT = "  ";

/**
 * The lines of the tree below these services. What a service needs is below it; a service that
 * occurs again refers to the line above, and one that is on its own way closes a circle.
 */
export function treeLines(roots: readonly string[], nodes: Nodes, paint: Paint): string[] {
  const lines: string[] = [];
  const printed = new Set<string>();
  const visit = (id: string, above: readonly GraphNode[], kind: DependencyKind | undefined) => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const { name, summary, problem, edges } = node;
    const isRead = summary !== "unreadable";
    const words = [quoted(name), paint(isRead ? summary : `${summary}:`, toneOf(summary))];
    if (!isRead) words.push(problem);
    if (kind === "after") words.push(paint("(after)", "faint"));
    if (above.at(-1)?.waitsFor.includes(name) === true) words.push(paint("<- waits", "warning"));
    const isCircle = above.some((one) => one.id === id);
    const isRepeated = printed.has(id) && edges.length > 0;
    if (isCircle) words.push(paint("(circle)", "bad"));
    else if (isRepeated) words.push(paint("(see above)", "faint"));
    lines.push(INDENT.repeat(above.length) + words.join(" "));
    if (isCircle || isRepeated) return;
    printed.add(id);
    for (const edge of edges) visit(edge.to, [...above, node], edge.kind);
  };
  for (const id of roots) visit(id, [], undefined);
  return lines;
}

/**
 * The services at which trees begin: those that no other one needs or comes after, and one of each
 * circle that none of these leads to.
 */
export function rootsOf(nodes: Nodes): string[] {
  const targets = new Set<string>();
  for (const { edges } of nodes.values()) for (const { to } of edges) targets.add(to);
  const roots = [...nodes.keys()].filter((id) => !targets.has(id));
  const reached = new Set<string>();
  for (const id of roots) reach(id, nodes, reached);
  for (const id of nodes.keys()) {
    if (reached.has(id)) continue;
    roots.push(id);
    reach(id, nodes, reached);
  }
  return roots;
}

/** Adds what the edges from `id` lead to. */
function reach(id: string, nodes: Nodes, reached: Set<string>): void {
  const left = [id];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const { to } of nodes.get(next)?.edges ?? []) left.push(to);
  }
}

/** A digraph: dashed edges are those of `after`, red ones are waited for. */
export function dotText(nodes: Nodes): string {
  let text = "digraph services {\n  node [shape=box];\n";
  for (const { id, name, summary } of nodes.values()) {
    text += `  ${dotString(id)} [label=${dotString(`${quoted(name)}\n${summary}`)}];\n`;
  }
  for (const node of nodes.values()) {
    for (const { kind, to } of node.edges) {
      const isAwaited = node.waitsFor.includes(nodes.get(to)?.name ?? "");
      const style = [
        ...(kind === "after" ? ["style=dashed"] : []),
        ...(isAwaited ? ["color=red"] : []),
      ];
      const attributes = style.length === 0 ? "" : ` [${style.join(", ")}]`;
      text += `  ${dotString(node.id)} -> ${dotString(to)}${attributes};\n`;
    }
  }
  return `${text}}\n`;
}

function dotString(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
