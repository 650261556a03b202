import type { FacetClash, Facets, FacetWarning, MadeBy, PortFacets } from './facets.ts';
import type { ModelLookup } from '../rows/model.ts';
import type { NodeType, EngineName } from './node-type.ts';
import type { ResolvedSource } from './resolved-source.ts';
import { facetsByPort, genericClashes } from './port-facets.ts';
import { own } from '../base/record.ts';

/** Inputs of a node's facets. */
export interface FacetSource {
  /** The node's params. */
  readonly id: string;
  readonly definition: NodeType;
  readonly params: Readonly<Record<string, unknown>>;
  /** Facets of each edge into each input port. */
  readonly incoming: Readonly<Record<string, readonly Facets[]>>;
  /** The tables that parameters name, by parameter. */
  readonly named?: PortFacets;
}

export interface NodeFacets {
  readonly inputFacets: PortFacets;
  /** Facets of every output. */
  readonly outputFacets: PortFacets;
  readonly clashes: readonly FacetClash[];
  readonly warnings: readonly FacetWarning[];
}

/** Computes the facets of a node's outputs. Throws what its definition throws. */
export function nodeFacets(source: FacetSource, models: ModelLookup): NodeFacets {
  const { id, definition, params, incoming, named = {} } = source;
  const inputFacets = facetsByPort(incoming);
  const known = definition.facets?.(params, { ...named, ...inputFacets }, models) ?? {};
  const outputFacets: Record<string, Facets> = {};
  for (const port of Object.keys(definition.outputs)) {
    outputFacets[port] = madeAt({ node: id, port }, own(known, port) ?? {});
  }
  const refused = remoteClashes(definition, incoming);
  // For a model whose weights are not local, no other clash matters.
  const declared = refused.length > 0 ? [] : definition.check?.(params, inputFacets, models);
  const clashes = [...genericClashes(incoming), ...refused, ...(declared ?? [])];
  const warnings = clashes.length > 0 ? [] : (definition.warn?.(params, inputFacets) ?? []);
  return { inputFacets, outputFacets, clashes, warnings };
}

/** An embedder or a training of unknown origin is one that this output will make. */
function madeAt(madeBy: MadeBy, { taught, ...others }: Facets): Facets {
  const by = taught?.map((each) => ({ by: madeBy.node, ...each }));
  const facets = by === undefined ? others : { ...others, taught: by };
  const { embedder } = facets;
  if (embedder === undefined || embedder.digest !== undefined || embedder.madeBy !== undefined) {
    return facets;
  }
  return { ...facets, embedder: { ...embedder, madeBy } };
}

/**
 * The engines that a node uses. A remote model's answers depend only on how Graft asks it, and llama.cpp runs encoders in
 * GGUF. Beside a remote cross-encoder a node may use its own engines: whether it asks it depends on its parameters.
 */
export function enginesOf(
  { engines = [], inputs }: Pick<NodeType, 'engines' | 'inputs'>,
  facets: PortFacets,
  sources: readonly ResolvedSource[],
): readonly EngineName[] {
  const isRemote = Object.entries(inputs).some(
    ([port, { type }]) => type.id === 'model' && own(facets, port)?.model?.remote !== undefined,
  );
  const embedders = new Set(
    Object.values(facets).flatMap(({ embedder }) => [embedder?.engine, embedder?.passages?.engine]),
  );
  const isInGguf =
    sources.some((source) => source.kind === 'model' && source.engine === 'llama.cpp') ||
    embedders.has('llama.cpp');
  const used = engines.map((name): EngineName => {
    if (isRemote && name === 'llama.cpp') return 'remote';
    if (name !== 'onnxruntime') return name;
    if (embedders.has('remote')) return 'remote';
    return isInGguf ? 'llama.cpp' : name;
  });
  const reranks = Object.values(facets).some(({ crossEncoder }) => crossEncoder !== undefined);
  if (reranks) used.push('remote');
  return [...new Set(used)];
}

/** Whether an output can feed an input: both have the same port type, and an input that needs weights gets no remote model. */
export function canFeed(
  output: NodeType['outputs'][string],
  { inputs, structure }: Pick<NodeType, 'inputs' | 'structure'>,
  port: string,
): boolean {
  const input = own(inputs, port);
  if (input?.type.id !== output.type.id) return false;
  return output.remote !== true || input.remote === true || structure !== undefined;
}

/** Clashes of remote models at inputs that need local weights. */
function remoteClashes(
  { inputs, structure }: Pick<NodeType, 'inputs' | 'structure'>,
  incoming: Readonly<Record<string, readonly Facets[]>>,
): FacetClash[] {
  if (structure !== undefined) return [];
  return Object.entries(inputs).flatMap(([port, { type, remote = false }]) => {
    if (type.id !== 'model' || remote) return [];
    const models = (own(incoming, port) ?? []).flatMap(({ model }) => model ?? []);
    return models.flatMap(({ id, remote: asking }) =>
      asking === undefined
        ? []
        : [
            {
              port,
              message: `"${id}" runs on the server ${asking.url}, so it can only write answers: its weights are not here. Connect a Base model.`,
            },
          ],
    );
  });
}
