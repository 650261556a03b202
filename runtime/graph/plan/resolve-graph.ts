import { edgeProblem } from './edge-problems.ts';
import { formatEdge, sortEdges } from '../format/edge.ts';
import { GraphError, type GraphErrorCode, type Location, type Problem } from '../base/errors.ts';
import type { Facets } from '../types/facets.ts';
import type { Edge, Graph, GraphNode, PlannedNode } from '../format/graph.ts';
import { migrateAll } from '../format/migrate-graph.ts';
import type { ModelLookup } from '../types/model.ts';
import { suggestion } from '../base/nearest.ts';
import { nodeFacets } from '../types/node-facets.ts';
import type { NodeType, Registry, Source } from '../types/node-type.ts';
import { paramFields } from '../types/param-fields.ts';
import { list, parseParams } from './param-problems.ts';

import { own, sortedKeys } from '../base/record.ts';
import { topologicalOrder } from './topological-order.ts';

/** What a graph is read against. */
export interface ResolveContext {
  readonly registry: Registry;
  readonly models: ModelLookup;
  /** For locations. */
  readonly file?: string;
}

export interface Resolution {
  /** In topological order; without nodes that have problems of their own, and all on or below a cycle. */
  readonly nodes: readonly PlannedNode[];
  readonly problems: readonly Problem[];
}

/** Suggesting names is quadratic in the worst case; past this many, problems go without. */
const MAX_SUGGESTIONS = 20;
/** Ids named in the message of a cycle. */
const MAX_NAMED = 20;

interface Draft {
  readonly definition: NodeType;
  /** Undefined where they have problems. */
  readonly params: Readonly<Record<string, unknown>> | undefined;
  readonly inputs: Record<string, { readonly node: string; readonly port: string }[]>;
  /** Inputs that an edge was meant for, good or not. */
  readonly meant: Set<string>;
}

/**
 * Migrates, validates and orders a graph in one pass, linear but for a sort: the one place that decides
 * what is wrong with a graph and what its plan is. Never throws.
 */
export function resolveGraph(graph: Graph, context: ResolveContext): Resolution {
  return new Resolver(graph, context).resolve();
}

class Resolver {
  readonly #graph: Graph;
  readonly #context: ResolveContext;
  readonly #ids: readonly string[];
  readonly #edges: readonly Edge[];
  readonly #drafts = new Map<string, Draft>();
  readonly #outputFacets = new Map<string, PlannedNode['outputFacets']>();
  readonly #problems: Problem[] = [];
  #suggestions = MAX_SUGGESTIONS;

  constructor(graph: Graph, context: ResolveContext) {
    const migrated = migrateAll(graph, context.registry);
    this.#graph = migrated.graph;
    this.#context = context;
    this.#ids = sortedKeys(migrated.graph.nodes);
    this.#edges = sortEdges(migrated.graph.edges);
    for (const { code, message, location } of migrated.problems)
      this.#report(code, message, location);
  }

  resolve(): Resolution {
    const unmigrated = new Set(this.#problems.map(({ location }) => location.node));
    for (const id of this.#ids) {
      const node = own(this.#graph.nodes, id);
      if (node !== undefined && !unmigrated.has(id)) this.#draft(id, node);
    }
    for (const edge of this.#edges) this.#connect(edge);
    for (const [id, draft] of this.#drafts) this.#checkInputs(id, draft);
    const { order, cycles } = topologicalOrder(this.#ids, this.#edges);
    for (const cycle of cycles) this.#reportCycle(cycle);
    return { nodes: this.#plan(order), problems: this.#problems };
  }

  #draft(id: string, node: GraphNode): void {
    const { registry } = this.#context;
    const definition = registry.get(node.type);
    if (definition === undefined) {
      this.#report(
        'unknown-type',
        `There is no node type "${node.type}".${this.#suggest(node.type, registry.keys())} The node is kept as it is, and cannot run.`,
        { node: id },
      );
      return;
    }
    if (node.version > definition.version) {
      this.#report(
        'newer-format',
        `It was saved as version ${node.version} of "${node.type}", and this Graft knows version ${definition.version}. Update Graft to run it.`,
        { node: id },
      );
      return;
    }
    const { params, problems } = this.#guard({ node: id }, () =>
      parseParams(definition, node.params),
    ) ?? { problems: [] };
    for (const { code, message, param } of problems) {
      this.#report(code, message, { node: id, ...(param === undefined ? {} : { param }) });
    }
    const inputs: Draft['inputs'] = {};
    for (const port of Object.keys(definition.inputs)) inputs[port] = [];
    this.#drafts.set(id, { definition, params, inputs, meant: new Set() });
  }

  #connect(edge: Edge): void {
    const { source, sourcePort, target, targetPort } = edge;
    const draft = this.#drafts.get(target);
    draft?.meant.add(targetPort);
    for (const end of [source, target]) {
      if (Object.hasOwn(this.#graph.nodes, end)) continue;
      const known = Object.hasOwn(this.#graph.nodes, end === source ? target : source);
      this.#report(
        'unknown-node',
        `The edge "${formatEdge(edge)}" names a node "${end}" that is not in the graph.${this.#suggest(end, this.#ids)} Correct the edge or remove it.`,
        known ? { node: end === source ? target : source } : {},
      );
      return;
    }
    const problem = edgeProblem(
      {
        source: this.#drafts.get(source)?.definition,
        sourcePort,
        target: draft?.definition,
        targetPort,
      },
      this.#context.registry,
    );
    if (problem !== undefined) {
      this.#report(
        problem.code,
        `${problem.message} (edge "${formatEdge(edge)}")`,
        problem.at === 'source'
          ? { node: source, port: sourcePort }
          : { node: target, port: targetPort },
      );
    } else if (draft !== undefined)
      draft.inputs[targetPort]?.push({ node: source, port: sourcePort });
  }

  #checkInputs(id: string, draft: Draft): void {
    for (const [port, input] of Object.entries(draft.definition.inputs)) {
      const feeds = draft.inputs[port] ?? [];
      if (feeds.length > 1 && input.many !== true) {
        this.#report(
          'too-many-edges',
          `This input takes one edge and has ${feeds.length}, from ${list(feeds.map((feed) => `${feed.node}.${feed.port}`))}. Keep one.`,
          { node: id, port },
        );
      } else if (input.optional !== true && !draft.meant.has(port)) {
        this.#report(
          'missing-input',
          `Nothing is connected to this input. It takes ${input.type.id}.`,
          {
            node: id,
            port,
          },
        );
      }
    }
  }

  #reportCycle(cycle: readonly string[]): void {
    const [first = ''] = cycle;
    const named = cycle.slice(0, MAX_NAMED);
    if (cycle.length > MAX_NAMED) named.push(`(${cycle.length - MAX_NAMED} more)`);
    this.#report(
      'cycle',
      `These nodes wait for each other in a circle: ${[...named, first].join(' → ')}. Remove one of the edges between them.`,
      { node: first },
    );
  }

  #plan(order: readonly string[]): PlannedNode[] {
    const nodes: PlannedNode[] = [];
    for (const id of order) {
      const draft = this.#drafts.get(id);
      if (draft?.params === undefined) continue;
      const node = this.#planNode(id, draft, draft.params);
      this.#outputFacets.set(id, node.outputFacets);
      nodes.push(node);
    }
    return nodes;
  }

  #planNode(id: string, draft: Draft, params: Readonly<Record<string, unknown>>): PlannedNode {
    const { definition, inputs } = draft;
    const location = { node: id };
    const sources = this.#guard(location, () => definition.sources?.(params)) ?? [];
    for (const source of sources) this.#checkSource(id, definition, source);
    const incoming: Record<string, readonly Facets[]> = {};
    for (const [port, feeds] of Object.entries(inputs)) {
      incoming[port] = feeds.map((feed) => this.#outputFacets.get(feed.node)?.[feed.port] ?? {});
    }
    const facets = this.#guard(location, () =>
      nodeFacets({ definition, params, incoming }, this.#context.models),
    );
    for (const { port, param, message } of facets?.clashes ?? []) {
      this.#report('facet-mismatch', message, {
        ...location,
        ...(port === undefined ? {} : { port }),
        ...(param === undefined ? {} : { param }),
      });
    }
    const { inputFacets = {}, outputFacets = {} } = facets ?? {};
    return { id, definition, params, inputs, inputFacets, outputFacets, sources };
  }

  #checkSource(id: string, definition: NodeType, source: Source): void {
    if (source.kind !== 'model') return;
    const location = { node: id, param: source.param };
    const facts = this.#guard(location, () => this.#context.models(source.id));
    const kind = paramFields(definition).find(({ name }) => name === source.param)?.modelKind;
    if (facts === undefined) {
      this.#report(
        'bad-model',
        `There is no model "${source.id}" in the catalogue. Choose one of "graft models ls", or add it with "graft models import".`,
        location,
      );
    } else if (kind !== undefined && facts.kind !== kind) {
      this.#report(
        'bad-model',
        `"${source.id}" is of kind ${facts.kind}; this parameter takes one of kind ${kind}.`,
        location,
      );
    }
  }

  /** Definitions are code: what one throws is a problem of that node, and the rest is still looked at. */
  #guard<T>(location: Location, call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      const { code, message } = GraphError.from(error);
      this.#report(code, `The definition of this node failed: ${message}`, location);
      return undefined;
    }
  }

  #suggest(word: string, candidates: Iterable<string>): string {
    return this.#suggestions-- > 0 ? suggestion(word, candidates) : '';
  }

  #report(code: GraphErrorCode, message: string, location: Location): void {
    const { file } = this.#context;
    this.#problems.push({
      code,
      message,
      location: { ...(file === undefined ? {} : { file }), ...location },
      audience: code === 'internal' ? 'developer' : 'user',
    });
  }
}
