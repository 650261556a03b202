import {
  GraphError,
  paramFields,
  type BodyId,
  type Graph,
  type GraphNode,
  interfaceName,
  type NodeType,
} from '@graft/graph';
import { bodyNodes, partOf, usedGraph } from './levels.ts';
import { drawnFile, documentStore } from './document-store.ts';
import { shapeOf } from './node-shape.ts';
import { nodeTypes, usedGraphs } from './lookups.ts';
import { numberedTitles } from './numbered-titles.ts';

/**
 * The title of a node that has none of its own: its type; for an input or output with its name, unless they are equal.
 */
export function titleByLook(
  id: string,
  { type, params }: Pick<GraphNode, 'type' | 'params'>,
  look: Pick<NodeType, 'title' | 'titleFor' | 'structure'> | undefined,
): string {
  const title = look?.titleFor?.(params) ?? look?.title ?? type;
  const isPort = look?.structure === 'input' || look?.structure === 'output';
  const name = isPort ? interfaceName(id, params) : title;
  return name.toLowerCase() === title.toLowerCase() ? title : `${title} ${name}`;
}

/** The title of a node of the open graph that has none of its own. */
export function untitled(id: string, node: Titled): string {
  return titleByLook(id, node, shapeOf(node));
}

type Titled = Pick<GraphNode, 'type' | 'title' | 'params'>;

/** The title of a node: its own, else that of its type and of the graph that it uses. */
export function titleOf(node: Titled): string {
  return node.title ?? shapeOf(node)?.title ?? node.type;
}

/** The title of a parameter within a sentence: `chunk size`; its name if the type does not have it. */
export function paramTitle(
  node: Pick<GraphNode, 'type' | 'params'> | undefined,
  param: string,
): string {
  const type = shapeOf(node);
  const fields = type === undefined ? [] : paramFields(type);
  return fields.find(({ name }) => name === param)?.title.toLowerCase() ?? param;
}

/** The title of a node on the screen, with a number or its id where several have the same title. */
export function titleAmong(id: string, nodes: Readonly<Record<string, Titled>>): string {
  const own = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  if (own === undefined) return id;
  return titlesIn(nodes).get(id) ?? titleOf(own);
}

interface Counted {
  /** Everything besides the nodes that titles depend on. */
  readonly by: readonly unknown[];
  /** By id. */
  readonly titles: ReadonlyMap<string, string>;
}
const counted = new WeakMap<Readonly<Record<string, Titled>>, Counted>();

/** What the nodes are called; found out once for each graph. */
function titlesIn(nodes: Readonly<Record<string, Titled>>): ReadonlyMap<string, string> {
  const { graphs } = drawnFile(documentStore.getState());
  const by = [nodeTypes(), usedGraphs.getState().lookup, graphs];
  const known = counted.get(nodes);
  if (known?.by.every((value, index) => value === by[index]) === true) return known.titles;
  const titles = numberedTitles(
    Object.entries(nodes).map(([id, node]) => [id, titleOf(node)] as const),
  );
  counted.set(nodes, { by, titles });
  return titles;
}

/**
 * The title of a node of a plan or a run, after the titles of the nodes that lead to it, in this file or another. From
 * a node on that is missing, the ids.
 */
export function stepTitle(path: string, graph: Graph): string {
  const { lookup } = usedGraphs.getState();
  let at: { readonly graph: Graph; readonly body: BodyId } | undefined = { graph, body: undefined };
  const titles: string[] = [];
  const parts = path.split('/');
  for (const [place, part] of parts.entries()) {
    const { id, round } = partOf(part);
    const nodes: Graph['nodes'] = at === undefined ? {} : bodyNodes(at.graph, at.body);
    if (at === undefined || !Object.hasOwn(nodes, id))
      return [...titles, ...parts.slice(place)].join('/');
    titles.push(titleAmong(id, nodes) + (round === undefined ? '' : `#${round}`));
    const use = usedGraph(nodes[id]);
    if (use?.startsWith('#') === true) at = { graph: at.graph, body: use.slice(1) };
    else {
      const other = use === undefined ? undefined : lookup(use);
      at =
        other === undefined || other instanceof GraphError
          ? undefined
          : { graph: other, body: undefined };
    }
  }
  return titles.join('/');
}
