import type { GraphNode, Registry } from '@graft/graph';
import { usedGraph } from '../../state/levels.ts';
import { titleByLook } from '../../state/title-by-look.ts';
import type { RanGraphs } from '../report/ran-graphs.ts';

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
    const title = found.title ?? titleByLook(id, found, registry.get(found.type));
    titles.push(round === undefined ? title : `${title} #${round}`);
    const use = usedGraph(found);
    at = use === undefined ? undefined : graphs.used(use, at);
  }
  return found === undefined ? undefined : { node: found, title: titles.join(' / ') };
}
