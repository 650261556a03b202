import type { Location } from '../base/errors.ts';
import type { Edge, Feed } from '../format/edge.ts';
import { namedDrafts, type NodeDraft } from './node-draft.ts';
import { pathName } from './node-name.ts';
import type { BodyDraft } from './read-body.ts';
import type { Scope } from './scopes.ts';

/** A node after used graphs are expanded. */
export interface FlatNode {
  /** Its id path: `retriever/embed`. */
  readonly id: string;
  /** As written. */
  readonly draft: NodeDraft;
  /** With the values given from outside; undefined if they have problems. */
  readonly params: NodeDraft['params'];
  readonly inputs: Readonly<Record<string, readonly Feed[]>>;
  readonly location: Location;
  /** Whether it stands in a used graph. */
  readonly nested: boolean;
  /** Where a `repeat` node stands. */
  readonly use?: { readonly scope: Scope; readonly node: string };
}

/** A graph without structure: the input of planning. */
export interface FlatGraph {
  readonly nodes: ReadonlyMap<string, FlatNode>;
  /** Sorted ids of the nodes, and of those that could not be drafted. */
  readonly ids: readonly string[];
  /** Edges between these; no order. */
  readonly edges: readonly Edge[];
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** What feeds each output, by name; broken: something is wrong with it, and is reported. */
  readonly outputs: ReadonlyMap<
    string,
    { readonly feeds: readonly Feed[]; readonly broken: boolean }
  >;
  /** The nodes that a node's edges come from, before structure was removed; also for removed nodes. */
  above(id: string): readonly string[];
  /** Also of removed nodes. */
  locationOf(id: string): Location | undefined;
  /** A node's name for people, also of a removed one. */
  nameOf(id: string): string;
  /** What a name stands for: a node, a removed node, or a `graph` node's outputs or content. Empty: nothing. */
  named(name: string): readonly string[];
  /** All names. */
  names(): Iterable<string>;
}

/** A body without structure is already flat. */
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
