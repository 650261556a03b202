import { own } from '../base/record.ts';
import type { PlannedNode, PlannedLoop } from '../format/plan.ts';
import type { Feed } from '../format/edge.ts';

/** Where to cut the items of some outputs: above the nodes that map rows one by one. */
export interface ItemCut {
  /** By node, the input ports whose rows its rows derive from; only for nodes that nothing needs whole. */
  readonly ports: ReadonlyMap<string, readonly string[]>;
  /** By node, the outputs whose rows are taken item by item. */
  readonly asked: ReadonlyMap<string, ReadonlySet<string>>;
  /** By node that something needs whole, the reason. */
  readonly whole: ReadonlyMap<string, string>;
}

/** A node's name for people, by path. */
export type NameOf = (path: string) => string;

/** Traces items from outputs to their origin. `nodes` are in topological order. */
export function cutItems(nodes: readonly PlannedNode[], of: readonly Feed[]): ItemCut {
  const ports = new Map<string, readonly string[]>();
  const asked = new Map<string, Set<string>>();
  const whole = new Map<string, string>();
  const ask = ({ node, port }: Feed): void => {
    asked.set(node, (asked.get(node) ?? new Set()).add(port));
  };
  of.forEach(ask);
  const ends = new Set(of.map(({ node }) => node));
  for (const node of nodes.toReversed()) {
    const outputs = asked.get(node.id);
    const isCut = outputs !== undefined && (ends.has(node.id) || !whole.has(node.id));
    const taken = isCut ? itemPorts(node, outputs) : [];
    if (taken.length > 0) ports.set(node.id, taken);
    for (const [port, feeds] of Object.entries(node.inputs)) {
      for (const feed of feeds) {
        if (taken.includes(port)) ask(feed);
        else if (!whole.has(feed.node)) whole.set(feed.node, node.id);
      }
    }
  }
  return { ports, asked, whole };
}

/** Why a node cannot get a part of the items behind an output, as a clause. */
export function cutRefusal(
  { definition, loop }: PlannedNode,
  output: string,
  nameOf: NameOf,
): string {
  const refusal =
    loop === undefined ? undefined : loopItems(loop, new Set([output])).refusal?.(output, nameOf);
  return refusal ?? `"${definition.type}" does not score rows one by one`;
}

/** The fed input ports that the rows of some outputs derive from; none unless that is known of all of them. */
function itemPorts(
  { definition: { items, outputs }, inputs, loop }: PlannedNode,
  asked: ReadonlySet<string>,
): readonly string[] {
  if (loop !== undefined) return loopItems(loop, asked).inputs;
  const fed = (port: string): number => own(inputs, port)?.length ?? 0;
  if (typeof items?.over === 'string') return fed(items.over) === 0 ? [] : [items.over];
  const named = Object.values(outputs).flatMap(({ itemsOf = [] }) => itemsOf);
  // Rows of one item that arrive by several edges would be sampled separately.
  return named.some((port) => fed(port) > 1)
    ? []
    : [...new Set(named)].filter((port) => fed(port) === 1);
}

interface LoopItems {
  /** None if it is refused. */
  readonly inputs: readonly string[];
  /** The obstacle, as a clause about an output. */
  readonly refusal?: (output: string, nameOf: NameOf) => string;
}

const known = new WeakMap<PlannedLoop, Map<string, LoopItems>>();

function loopItems(loop: PlannedLoop, outputs: ReadonlySet<string>): LoopItems {
  const of = known.get(loop) ?? new Map<string, LoopItems>();
  known.set(loop, of);
  const key = [...outputs].sort().join('\n');
  const items = of.get(key) ?? followRounds(loop, outputs);
  of.set(key, items);
  return items;
}

/** The output of a round derives from its input, and its state from the round before. */
function followRounds({ template, state }: PlannedLoop, outputs: ReadonlySet<string>): LoopItems {
  const names = new Map(Object.entries(template.inputs).map(([name, node]) => [node, name]));
  const followed = new Set(outputs);
  for (;;) {
    const of = [...followed].flatMap((name) => own(template.outputs, name) ?? []);
    const { ports, asked, whole } = cutItems(template.nodes, of);
    const reached = [...asked.keys()].flatMap((node) => names.get(node) ?? []);
    const before = followed.size;
    for (const name of reached) if (state.includes(name)) followed.add(name);
    if (followed.size > before) continue;
    const inside = [...asked.keys()].find((node) => !names.has(node) && !ports.has(node));
    if (inside !== undefined) {
      return {
        inputs: [],
        refusal: (output, nameOf) =>
          `the rows of its output "${output}" depend on ${nameOf(inside)} inside the loop. Run that node before the loop, and connect it to an input`,
      };
    }
    const kept = reached.find((name) => whole.has(template.inputs[name] ?? ''));
    if (kept !== undefined) {
      const by = whole.get(template.inputs[kept] ?? '') ?? '';
      return {
        inputs: [],
        refusal: (_output, nameOf) =>
          `${nameOf(by)} needs all rows of "${kept}" in each round. Connect that node to a separate input`,
      };
    }
    return { inputs: reached };
  }
}
