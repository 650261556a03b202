import type { Location } from '../base/errors.ts';
import type { Edge, Feed } from '../format/edge.ts';
import { namedDrafts, type NodeDraft } from './node-draft.ts';
import { pathName } from './node-name.ts';
import type { BodyDraft } from './read-body.ts';
import type { Scope } from './scopes.ts';

/** A node with the graphs that were used in their place. */
export interface FlatNode {
  /** The ids that lead to it: `retriever/embed`. */
  readonly id: string;
  /** As it is written. */
  readonly draft: NodeDraft;
  /** With the values that its graph was given from outside; undefined where they have problems. */
  readonly params: NodeDraft['params'];
  readonly inputs: Readonly<Record<string, readonly Feed[]>>;
  readonly location: Location;
  /** Whether it stands in a graph that is used. */
  readonly nested: boolean;
  /** Where it stands, of a `repeat` node. */
  readonly use?: { readonly scope: Scope; readonly node: string };
}

/** A graph without structure: what is planned. */
export interface FlatGraph {
  readonly nodes: ReadonlyMap<string, FlatNode>;
  /** Sorted; of the nodes, and of those that could not be drafted. */
  readonly ids: readonly string[];
  /** Between these; which come first orders nothing. */
  readonly edges: readonly Edge[];
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** By name of an output, what arrives at it; broken: something is wrong with it, and has been reported. */
  readonly outputs: ReadonlyMap<
    string,
    { readonly feeds: readonly Feed[]; readonly broken: boolean }
  >;
  /** The nodes that a node's edges come from, before anything was taken out; also of what was. */
  above(id: string): readonly string[];
  /** Also of what was taken out. */
  locationOf(id: string): Location | undefined;
  /** What people see a node called, also one that was taken out. */
  nameOf(id: string): string;
  /** What a name stands for: a node, one that was taken out, of a `graph` node its outputs or all within. Empty: nothing. */
  named(name: string): readonly string[];
  /** All names. */
  names(): Iterable<string>;
}

/** A body that has no structure is flat as it is. */
export function plainGraph({ ids, edges, drafts }: BodyDraft): FlatGraph {
  const nodes = new Map<string, FlatNode>();
  for (const [id, draft] of drafts) {
    const { params, inputs } = draft;
    nodes.set(id, { id, draft, params, inputs, location: { node: id }, nested: false });
  }
  let sources: Map<string, string[]> | undefined;
  const known = new Set(ids);
  return {
    nodes,
    ids,
    edges,
    aliases: {},
    outputs: new Map(),
    above: (id) => (sources ??= sourcesByTarget(edges)).get(id) ?? [],
    locationOf: (id) => (known.has(id) ? { node: id } : undefined),
    nameOf: (id) => pathName(id, () => namedDrafts(drafts)),
    named: (name) => (known.has(name) ? [name] : []),
    names: () => ids,
  };
}

function sourcesByTarget(edges: readonly Edge[]): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const list = sources.get(target);
    if (list === undefined) sources.set(target, [source]);
    else list.push(source);
  }
  return sources;
}
