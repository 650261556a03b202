import type { TreeInput } from '../types/node-type.ts';
import type { Facets } from '../types/facets.ts';
import type { ModelRef } from '../rows/port-types.ts';
import type { RemoteAsking, RemoteModel } from '../rows/model.ts';

/** Where a model's weights are: in the catalogue, in a model artifact, or at an address. */
export interface ModelSource {
  /** Id in the catalogue, or a name for messages. */
  readonly id: string;
  readonly digest: string;
  /** Absolute path of the file or folder; absent: the catalogue's. */
  readonly path?: string;
  /** Its address, and how to ask it; absent: the weights are local. */
  readonly remote?: RemoteModel & RemoteAsking;
}

/** The source of a model at an input whose planned facets are `facets`. */
export function modelSource(
  { info, path }: TreeInput<ModelRef>,
  { model }: Pick<Facets, 'model'> = {},
): ModelSource {
  const { id, digest, weights, remote } = info;
  return {
    ...{ id, digest },
    ...(weights === undefined ? {} : { path: `${path}/${weights}` }),
    ...(remote === undefined ? {} : { remote: { ...cautious, ...model?.remote, ...remote } }),
  };
}

/** Defaults for a remote model whose settings are unknown. */
const cautious = { parallel: 1, timeout: 120, retries: 4 };
