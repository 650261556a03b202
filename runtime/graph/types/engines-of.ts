import type { EngineName } from './engine.ts';
import type { FacetClash, Facets, PortFacets } from './facets.ts';
import type { NodeType } from './node-type.ts';
import { own } from '../base/record.ts';

/** The engines that a node computes with. What a remote model answers depends on none but how it is asked. */
export function enginesOf(
  { engines = [], inputs }: Pick<NodeType, 'engines' | 'inputs'>,
  facets: PortFacets,
): readonly EngineName[] {
  const isRemote = Object.entries(inputs).some(
    ([port, { type }]) => type.id === 'model' && own(facets, port)?.model?.remote !== undefined,
  );
  return isRemote ? engines.map((name) => (name === 'llama.cpp' ? 'remote' : name)) : engines;
}

/** Remote models at inputs that need the weights. */
export function remoteClashes(
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
