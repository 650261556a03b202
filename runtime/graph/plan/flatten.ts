import type { GraphErrorCode, Location } from '../base/errors.ts';
import { byCodeUnit } from '../base/record.ts';
import { type Edge, formatFeed, type Feed } from '../format/edge.ts';
import type { NodeType } from '../types/node-type.ts';
import { shapedType } from '../types/shaped-type.ts';
import { interfaceName } from '../types/structure-names.ts';
import type { FlatGraph, FlatNode } from './flat-graph.ts';
import {
  feedsText,
  namedDrafts,
  seededParams,
  seedOfRound,
  takesSeed,
  type NodeDraft,
} from './node-draft.ts';
import { placeIn, type GraphLibrary } from './graph-library.ts';
import { resolveJunctions, type Junction, type ResolvedJunctions } from './junctions.ts';
import { pathName } from './node-name.ts';
import { parseParams } from './param-problems.ts';
import { bypassRefusal, passThrough } from './pass-through.ts';
import type { ProblemReport } from './problem-report.ts';
import type { BodyDraft } from './read-body.ts';
import { paramsIn, type Scope } from './scopes.ts';

export interface FlattenContext {
  readonly library: GraphLibrary;
  readonly report: ProblemReport;
  /** Names of the inputs given from outside; undefined: assumes that everything the graph lacks is given. */
  readonly given: ReadonlySet<string> | undefined;
  /** Replaces the seed of every seeded node. */
  readonly seed: number | undefined;
}

/**
 * Removes the structure of a graph: nodes of used graphs replace their uses, under paths, and edges lead through
 * inputs, outputs and bypassed nodes to the nodes behind. The feeds of a port keep the order of the edge strings where
 * its node is written; an edge that stands for several is replaced by them in place.
 */
export function flatten(scopes: readonly Scope[], context: FlattenContext): FlatGraph {
  return new Flattening(scopes, context).flat();
}

class Flattening {
  readonly #scopes: readonly Scope[];
  readonly #context: FlattenContext;
  readonly #junctions = new Map<string, Junction>();
  readonly #above = new Map<string, readonly string[]>();
  readonly #locations = new Map<string, Location>();
  readonly #aliases: Record<string, readonly string[]> = {};
  readonly #takenIn = new Map<BodyDraft, ReadonlySet<string>>();
  /** Outputs of bypassed nodes through which nothing passes. */
  readonly #refused = new Set<string>();

  constructor(scopes: readonly Scope[], context: FlattenContext) {
    this.#scopes = scopes;
    this.#context = context;
  }

  flat(): FlatGraph {
    const kept: { readonly scope: Scope; readonly id: string; readonly draft: NodeDraft }[] = [];
    for (const scope of this.#scopes) {
      for (const [id, draft] of scope.body.drafts) {
        if (scope.dropped.has(id)) continue;
        const path = `${scope.prefix}${id}`;
        if (draft.definition.structure === 'graph' && scope.children.has(id)) continue;
        this.#locations.set(path, this.#locate(scope, id));
        const junction = this.#junction(scope, id, draft);
        if (junction === undefined) kept.push({ scope, id, draft });
        else {
          this.#junctions.set(path, junction);
          this.#above.set(
            path,
            junction.sources.map(({ node }) => node),
          );
        }
      }
    }
    const resolved = resolveJunctions(this.#junctions);
    this.#reportJunctions(resolved);
    const nodes = new Map<string, FlatNode>();
    for (const { scope, id, draft } of kept) {
      const node = this.#node(scope, { id, draft }, resolved);
      nodes.set(node.id, node);
    }
    this.#nameJunctions(resolved);
    const edges: Edge[] = [];
    for (const { id: target, inputs } of nodes.values()) {
      for (const feeds of Object.values(inputs)) {
        for (const { node: source, port: sourcePort } of feeds) {
          edges.push({ source, sourcePort, target, targetPort: '' });
        }
      }
    }
    return {
      nodes,
      ids: [...nodes.keys()].sort(byCodeUnit),
      edges,
      aliases: this.#aliases,
      outputs: this.#outputs(resolved),
      above: (id) => this.#above.get(id) ?? [],
      locationOf: (id) => this.#locations.get(id),
      nameOf: (id) => this.#nameOf(id),
      named: (name) => (this.#locations.has(name) ? [name] : this.#members(name)),
      names: () => [
        ...this.#locations.keys(),
        ...this.#scopes.map(({ prefix }) => prefix.slice(0, -1)),
      ],
    };
  }

  #nameOf(path: string): string {
    return pathName(path, (prefix) => {
      const scope = this.#scopes.find((candidate) => candidate.prefix === prefix);
      return scope && namedDrafts(scope.body.drafts);
    });
  }

  #locate(scope: Scope, id: string): Location {
    if (scope.parent === undefined) return { node: id };
    return { ...placeIn(scope.body.at), node: id, path: `${scope.prefix}${id}` };
  }

  /** Located at a node, by its path, and optionally at a port or parameter. */
  #add(code: GraphErrorCode, message: string, at: Location & { readonly path: string }): void {
    const { path, ...rest } = at;
    this.#context.report.add(code, message, { ...this.#locations.get(path), ...rest });
  }

  /** Undefined for a node that stays. */
  #junction(scope: Scope, id: string, draft: NodeDraft): Junction | undefined {
    const path = `${scope.prefix}${id}`;
    const { structure } = draft.definition;
    const from = (port: string): Pick<Junction, 'sources' | 'broken'> => ({
      sources: this.#sources(scope, draft.inputs[port] ?? []),
      broken: brokenAt(draft, port),
    });
    if (draft.node.bypass === true) {
      const pass = passThrough(draft.definition);
      if ('input' in pass) return { id: path, ...from(pass.input) };
      const refusal = bypassRefusal(draft.definition, this.#taken(scope).has(id));
      if (refusal !== undefined) this.#add('bad-bypass', refusal, { path });
      return { id: path, sources: [], broken: refusal !== undefined };
    }
    if (structure === 'output') return { id: path, ...from('value') };
    if (structure !== 'input') {
      // A missing or truncated graph, already reported.
      return structure === 'graph' ? { id: path, sources: [], broken: true } : undefined;
    }
    return this.#input(scope, { id, draft }, from('sample'));
  }

  #input(
    scope: Scope,
    { id, draft }: { readonly id: string; readonly draft: NodeDraft },
    sample: Pick<Junction, 'sources' | 'broken'>,
  ): Junction | undefined {
    const path = `${scope.prefix}${id}`;
    const name = interfaceName(id, draft.node.params);
    const { given } = this.#context;
    if (scope.round !== undefined) {
      if (given?.has(name) === true) return undefined;
      return { id: path, sources: [], broken: draft.params?.['optional'] !== true };
    }
    if (scope.parent !== undefined) {
      const outer = scope.parent.scope.body.drafts.get(scope.parent.node);
      const feeds = outer?.inputs[name] ?? [];
      return {
        id: path,
        sources: this.#sources(scope.parent.scope, feeds),
        broken: outer === undefined || brokenAt(outer, name),
      };
    }
    if (given?.has(name) === true) return undefined;
    if (draft.params?.['optional'] !== true && !draft.meant.has('sample')) {
      if (given === undefined) return undefined;
      this.#add(
        'missing-input',
        `The input "${name}" of the graph has no value. Give it one (graft run FILE --input ${name}=…), or connect a sample to it.`,
        { path },
      );
      return { id: path, sources: [], broken: true };
    }
    return { id: path, ...sample };
  }

  /** The nodes behind the edges of a scope; for a `graph` node, behind the output that the edge leaves by. */
  #sources(scope: Scope, feeds: readonly Feed[]): Feed[] {
    return feeds.flatMap(({ node, port }) => {
      if (scope.dropped.has(node)) return [];
      const child = scope.children.get(node);
      if (scope.body.drafts.get(node)?.node.bypass === true) this.#checkPassed(scope, node, port);
      if (child === undefined) return { node: `${scope.prefix}${node}`, port };
      const output = child.ports.output.get(port);
      return output === undefined ? [] : { node: `${child.prefix}${output}`, port: 'value' };
    });
  }

  /** An edge may leave a bypassed node only if something passes through. */
  #checkPassed(scope: Scope, node: string, port: string): void {
    const definition = scope.body.drafts.get(node)?.definition;
    const pass = definition === undefined ? undefined : passThrough(definition);
    const at = `${scope.prefix}${node}.${port}`;
    if (pass === undefined || !('output' in pass) || pass.output === port) return;
    if (this.#refused.has(at)) return;
    this.#refused.add(at);
    this.#add(
      'bad-bypass',
      `The node is switched off and passes on only "${pass.output}", but "${port}" is connected. Remove that connection, or switch the node on.`,
      { path: `${scope.prefix}${node}`, port },
    );
  }

  /** Nodes of a body that have outgoing edges. */
  #taken({ body }: Scope): ReadonlySet<string> {
    const known = this.#takenIn.get(body);
    if (known !== undefined) return known;
    const taken = new Set(body.edges.map(({ source }) => source));
    this.#takenIn.set(body, taken);
    return taken;
  }

  #node(
    scope: Scope,
    { id, draft }: { readonly id: string; readonly draft: NodeDraft },
    { resolved }: ResolvedJunctions,
  ): FlatNode {
    const path = `${scope.prefix}${id}`;
    const inputs: Record<string, readonly Feed[]> = {};
    const above: string[] = [];
    for (const [port, written] of Object.entries(draft.inputs)) {
      const sources = this.#sources(scope, written);
      for (const { node } of sources) above.push(node);
      const feeds: Feed[] = [];
      let broken = brokenAt(draft, port);
      for (const source of sources) {
        const through = resolved.get(source.node);
        if (through === undefined) feeds.push(source);
        else {
          for (const feed of through.feeds) feeds.push(feed);
          broken ||= through.broken;
        }
      }
      inputs[port] = feeds;
      if (!broken) this.#checkFeeds({ path, port, written: written.length }, draft, feeds);
    }
    this.#above.set(path, above);
    const nested = scope.parent !== undefined;
    const location = this.#locations.get(path) ?? {};
    const use = draft.definition.structure === 'repeat' ? { use: { scope, node: id } } : {};
    return { id: path, ...this.#params(scope, id, draft), inputs, location, nested, ...use };
  }

  /** Problems that the written edges did not show. */
  #checkFeeds(
    {
      path,
      port,
      written,
    }: { readonly path: string; readonly port: string; readonly written: number },
    { definition }: NodeDraft,
    feeds: readonly Feed[],
  ): void {
    const { many, optional } = definition.inputs[port] ?? {};
    if (feeds.length > 1 && written <= 1 && many !== true) {
      this.#add(
        'too-many-edges',
        `This input takes one connection, but ${feeds.length} arrive through its graph: from ${feedsText(feeds, (node) => this.#nameOf(node))}. Keep one.`,
        { path, port },
      );
    } else if (feeds.length === 0 && written > 0 && optional !== true) {
      this.#add(
        'missing-input',
        'Nothing arrives at this input. Its source is switched off, or is an input of the graph without a value.',
        { path, port },
      );
    }
  }

  #params(scope: Scope, id: string, draft: NodeDraft): Pick<FlatNode, 'params' | 'draft'> {
    if (!scope.given.has(id)) return { params: draft.params, draft };
    const written = paramsIn(scope, id);
    const path = `${scope.prefix}${id}`;
    const { body, library } = { body: scope.body.at, library: this.#context.library };
    const definition = shapedType(draft.definition, written, library.lookup(body));
    if (!samePorts(definition, draft.definition)) {
      const message = `A value given to the graph would change the ports of this node. Set that parameter on the node itself instead.`;
      this.#add('bad-param', message, { path });
      return { params: undefined, draft };
    }
    const numbered = scope.numbered.get(id);
    if (definition.structure === 'repeat' && numbered?.has('limit') === true) {
      const message =
        'The number of the outer loop’s round cannot limit the rounds of this loop. Expose another parameter as "round".';
      this.#add('bad-param', message, { path, param: 'limit' });
      return { params: undefined, draft };
    }
    const { seed } = this.#context;
    const seeded =
      numbered?.has('seed') === true && seed !== undefined && takesSeed(definition)
        ? { ...written, seed: seedOfRound(seed, written['seed']) }
        : seededParams(written, definition, seed);
    const { params, problems } = parseParams(definition, seeded);
    // The use has already reported its wrong settings.
    const isReported = scope.parent?.scope.body.drafts.get(scope.parent.node)?.params === undefined;
    for (const { code, message, ...at } of isReported ? [] : problems) {
      this.#add(code, message, { path, ...at });
    }
    return { params, draft: { ...draft, definition } };
  }

  #reportJunctions({ cycles, tooMany }: ResolvedJunctions): void {
    for (const cycle of cycles) {
      const [first = ''] = cycle;
      this.#add(
        'cycle',
        `These nodes form a cycle without any source: ${[...cycle, first].map((path) => this.#nameOf(path)).join(' → ')}. Remove one of the connections.`,
        { path: first },
      );
    }
    if (tooMany) {
      const message =
        'With all its subgraphs, the graph has more than a million connections. Use fewer nested subgraphs.';
      this.#context.report.add('too-large', message, {});
    }
  }

  #nameJunctions({ resolved }: ResolvedJunctions): void {
    const named = (id: string): readonly string[] =>
      (resolved.get(id)?.feeds ?? []).map(formatFeed);
    for (const scope of this.#scopes) {
      for (const [id, { node, definition }] of scope.body.drafts) {
        const path = `${scope.prefix}${id}`;
        if (!this.#junctions.has(path)) continue;
        const pass = node.bypass === true ? passThrough(definition) : undefined;
        const port = pass !== undefined && 'output' in pass ? pass.output : 'value';
        this.#aliases[`${path}.${port}`] = named(path);
      }
      if (scope.parent === undefined || scope.round !== undefined) continue;
      for (const [name, output] of scope.ports.output) {
        this.#aliases[`${scope.prefix.slice(0, -1)}.${name}`] = named(`${scope.prefix}${output}`);
      }
    }
  }

  #outputs({ resolved }: ResolvedJunctions): FlatGraph['outputs'] {
    const [root] = this.#scopes;
    return new Map(
      [...(root?.ports.output ?? [])].map(([name, id]) => [
        name,
        resolved.get(`${root?.prefix ?? ''}${id}`) ?? { feeds: [], broken: true },
      ]),
    );
  }

  #members(graphNode: string): readonly string[] {
    const scope = this.#scopes.find(({ prefix }) => prefix === `${graphNode}/`);
    if (scope === undefined) return [];
    const outputs = [...scope.ports.output.values()].map((id) => `${scope.prefix}${id}`);
    if (outputs.length > 0) return outputs;
    return [...this.#locations.keys()].filter((path) => path.startsWith(scope.prefix));
  }
}

/** Whether an edge to a port failed; already reported. */
function brokenAt(draft: NodeDraft, port: string): boolean {
  const { optional } = draft.definition.inputs[port] ?? {};
  const sound = (draft.inputs[port] ?? []).length > 0;
  return !sound && (draft.meant.has(port) || optional !== true);
}

function samePorts(a: NodeType, b: NodeType): boolean {
  const shown = ({ inputs, outputs }: NodeType): string =>
    JSON.stringify(
      [inputs, outputs].map((ports) =>
        Object.entries(ports).map(([name, port]) => [name, port.type.id]),
      ),
    );
  return a === b || shown(a) === shown(b);
}
