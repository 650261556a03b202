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

/** What a node is called that people gave no title: by its type; an input or output by its name too, where that says more. */
export function titleByLook(
  id: string,
  { type, params }: Pick<GraphNode, 'type' | 'params'>,
  look: Pick<NodeType, 'title' | 'structure'> | undefined,
): string {
  const title = look?.title ?? type;
  const isPort = look?.structure === 'input' || look?.structure === 'output';
  const name = isPort ? interfaceName(id, params) : title;
  return name.toLowerCase() === title.toLowerCase() ? title : `${title} ${name}`;
}

/** What a node is called that people gave no title. */
export function untitled(id: string, node: Titled): string {
  return titleByLook(id, node, shapeOf(node));
}

type Titled = Pick<GraphNode, 'type' | 'title' | 'params'>;

/** What a node is called: by people, else by its type and what it uses. */
export function titleOf(node: Titled): string {
  return node.title ?? shapeOf(node)?.title ?? node.type;
}

/** What a parameter of a node is called within a sentence: `chunk size`; its name where the type has none such. */
export function paramTitle(
  node: Pick<GraphNode, 'type' | 'params'> | undefined,
  param: string,
): string {
  const type = shapeOf(node);
  const fields = type === undefined ? [] : paramFields(type);
  return fields.find(({ name }) => name === param)?.title.toLowerCase() ?? param;
}

/** What a node is called on the screen; its id beside it where others are called the same. */
export function titleAmong(id: string, nodes: Readonly<Record<string, Titled>>): string {
  const own = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  if (own === undefined) return id;
  const title = titleOf(own);
  return (titlesIn(nodes).get(title) ?? 1) > 1 ? `${title} (${id})` : title;
}

interface Counted {
  /** What titles depend on besides the nodes. */
  readonly by: readonly unknown[];
  readonly titles: ReadonlyMap<string, number>;
}
const counted = new WeakMap<Readonly<Record<string, Titled>>, Counted>();

/** How many nodes are called alike; counted once. */
function titlesIn(nodes: Readonly<Record<string, Titled>>): ReadonlyMap<string, number> {
  const { graphs } = drawnFile(documentStore.getState());
  const by = [nodeTypes(), usedGraphs.getState().lookup, graphs];
  const known = counted.get(nodes);
  if (known?.by.every((value, index) => value === by[index]) === true) return known.titles;
  const titles = new Map<string, number>();
  for (const node of Object.values(nodes)) {
    const title = titleOf(node);
    titles.set(title, (titles.get(title) ?? 0) + 1);
  }
  counted.set(nodes, { by, titles });
  return titles;
}

/**
 * The same for a node of a plan or a run; within a graph, of this file or of another, what the nodes are called that lead
 * there stands before it. The path itself where one of them is not there.
 */
export function stepTitle(path: string, graph: Graph): string {
  const { lookup } = usedGraphs.getState();
  let at: { readonly graph: Graph; readonly body: BodyId } | undefined = { graph, body: undefined };
  const titles: string[] = [];
  for (const part of path.split('/')) {
    const { id, round } = partOf(part);
    const nodes: Graph['nodes'] = at === undefined ? {} : bodyNodes(at.graph, at.body);
    if (at === undefined || !Object.hasOwn(nodes, id)) return path;
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
