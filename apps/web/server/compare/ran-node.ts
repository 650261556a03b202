import type { GraphNode, Registry } from '@graft/graph';
import { numberedTitles, titleByLook, usedGraph } from '@graft/view';
import type { RanGraphs } from '../report/ran-graphs.ts';

type Nodes = RanGraphs['root']['body']['nodes'];

/** What the nodes of a graph are called: those of one title with numbers or their ids. */
export function ranTitles(nodes: Nodes, registry: Registry): ReadonlyMap<string, string> {
  return numberedTitles(
    Object.entries(nodes).map(
      ([id, node]) => [id, node.title ?? titleByLook(id, node, registry.get(node.type))] as const,
    ),
  );
}

const known = new WeakMap<Nodes, ReadonlyMap<string, string>>();

function titlesOf(nodes: Nodes, registry: Registry): ReadonlyMap<string, string> {
  const titles = known.get(nodes) ?? ranTitles(nodes, registry);
  known.set(nodes, titles);
  return titles;
}

/** A node as the graph of a run has it, with its title after those of the nodes that lead to it. */
export interface RanNode {
  readonly node: GraphNode;
  readonly title: string;
}

/** Finds the node of a step, `retriever/embed` or `reflect#2/grade`; undefined where the graph has none there. */
export function ranNode(graphs: RanGraphs, path: string, registry: Registry): RanNode | undefined {
  const titles: string[] = [];
  let at: RanGraphs['root'] | undefined = graphs.root;
  let found: GraphNode | undefined;
  for (const part of path.split('/')) {
    const [id = part, round] = part.split('#');
    const { nodes }: Pick<RanGraphs['root']['body'], 'nodes'> = at?.body ?? { nodes: {} };
    found = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (found === undefined || at === undefined) return undefined;
    const title = titlesOf(nodes, registry).get(id) ?? id;
    titles.push(round === undefined ? title : `${title} #${round}`);
    const use = usedGraph(found);
    at = use === undefined ? undefined : graphs.used(use, at);
  }
  return found === undefined ? undefined : { node: found, title: titles.join(' / ') };
}
