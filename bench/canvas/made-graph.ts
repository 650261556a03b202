import {
  factsOf,
  noGraphs,
  shapedType,
  type Family,
  type NodeFacts,
  type NodeType,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';

/** A part of the graph that hangs together, and that one run up to its last node computes: 200 nodes, 300 edges. */
const part = { nodes: 200, edges: 300, rows: 10, columns: 20 };

interface MadeNode {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly at: readonly [x: number, y: number];
}
export interface MadeGraph {
  readonly nodes: ReadonlyMap<string, MadeNode>;
  readonly edges: readonly string[];
  /** The last node of each part: a run up to it is one of 200 nodes. */
  readonly ends: readonly string[];
}

/**
 * Parts of trivial nodes, one below the other: questions typed in, then rows gathered or sampled, column after column,
 * gathered by one node in the end.
 */
export function madeGraph(count: number): MadeGraph {
  const nodes = new Map<string, MadeNode>();
  const edges: string[] = [];
  const ends: string[] = [];
  for (let number = 0; number < count / part.nodes; number += 1) {
    const name = (column: number, row: number): string => `part-${number}-${column}-${row}`;
    // Five parts stand below one another; the next five beside these.
    const [left, top] = [Math.floor(number / 5) * 6900, (number % 5) * 1700];
    let own = 0;
    for (let made = 0; made < part.nodes; made += 1) {
      const [column, row] = [Math.floor(made / part.rows), made % part.rows];
      const last = made === part.nodes - 1;
      const type =
        column === 0 ? 'questions' : last || row % 2 === 0 ? 'gather-rows' : 'sample-rows';
      nodes.set(name(column, row), {
        type,
        params:
          type === 'questions' ? { questions: `How hot is kiln ${number} on day ${row}?` } : {},
        at: [left + column * 330, top + row * 160],
      });
      if (column === 0) continue;
      const before = name(column - 1, row);
      edges.push(`${before}.${column === 1 ? 'questions' : 'rows'} -> ${name(column, row)}.rows`);
      own += 1;
    }
    const end = name(part.columns - 1, part.rows - 1);
    // The other rows end there too, and rows are gathered from their neighbours, until all edges are drawn.
    for (let row = 0; row < part.rows - 1; row += 1, own += 1)
      edges.push(`${name(part.columns - 1, row)}.rows -> ${end}.rows`);
    for (const beside of [1, -1])
      for (let column = 2; column < part.columns; column += 1)
        for (let row = beside < 0 ? 2 : 0; row < part.rows && own < part.edges; row += 2, own += 1)
          edges.push(`${name(column - 1, row + beside)}.rows -> ${name(column, row)}.rows`);
    ends.push(end);
  }
  return { nodes, edges, ends };
}

/** The graph as a file; `other` stands in its questions, so that nothing of it was computed before. */
export function fileOf({ nodes, edges }: MadeGraph, other: string): string {
  const written = [...nodes].map(([id, { type, params }]) => {
    const { questions } = params;
    const own = typeof questions === 'string' ? { questions: `${questions} ${other}` } : {};
    return [id, { type, version: 1, params: { ...params, ...own } }];
  });
  const layout = Object.fromEntries([...nodes].map(([id, { at }]) => [id, at]));
  return `${JSON.stringify({ graft: 1, nodes: Object.fromEntries(written), edges, layout })}\n`;
}

interface PlainPort {
  readonly name: string;
  readonly doc: string;
  readonly family: Family;
  readonly shape: string;
}
/** What a card shows, for a page that knows nothing of node types. */
export interface PlainNode {
  readonly id: string;
  readonly at: readonly [x: number, y: number];
  readonly title: string;
  readonly group: Family;
  readonly inputs: readonly PlainPort[];
  readonly outputs: readonly PlainPort[];
  readonly facts: NodeFacts;
}
export interface PlainGraph {
  readonly nodes: readonly PlainNode[];
  readonly edges: readonly {
    readonly id: string;
    readonly from: readonly [node: string, port: string];
    readonly to: readonly [node: string, port: string];
    readonly family: Family;
  }[];
}

function portsOf(ports: NodeType['inputs']): PlainPort[] {
  return Object.entries(ports).map(
    ([
      name,
      {
        doc,
        type: { family, shape },
      },
    ]) => {
      return { name, doc, family, shape };
    },
  );
}

export function plainGraph({ nodes, edges }: MadeGraph): PlainGraph {
  const cards = [...nodes].map(([id, { type, params, at }]): PlainNode => {
    const definition = registry.get(type);
    if (definition === undefined) throw new Error(`There is no node type ${type}.`);
    const shape = shapedType(definition, params, noGraphs);
    const { title, group, inputs, outputs } = shape;
    const facts = factsOf(shape, params) ?? [];
    return { id, at, title, group, inputs: portsOf(inputs), outputs: portsOf(outputs), facts };
  });
  const families = new Map<string, Family>(
    cards.flatMap(({ id, outputs }) =>
      outputs.map(({ name, family }) => [`${id}.${name}`, family] as const),
    ),
  );
  return {
    nodes: cards,
    edges: edges.map((id) => {
      const [source = '', target = ''] = id.split(' -> ');
      const end = (text: string): readonly [string, string] => {
        const [node = '', port = ''] = text.split('.');
        return [node, port];
      };
      return {
        ...{ id, from: end(source), to: end(target) },
        family: families.get(source) ?? 'structure',
      };
    }),
  };
}
