import type { TreeInput } from '../types/node-type.ts';
import type { ModelRef } from '../types/port-types.ts';

/** Where a model's weights are: in the catalogue, or in a model artifact. */
export interface ModelSource {
  /** Id in the catalogue, or a name for messages. */
  readonly id: string;
  readonly digest: string;
  /** Absolute path of the file or folder; absent: the catalogue's. */
  readonly path?: string;
}

/** The source of a model that arrived at an input. */
export function modelSource({ info, path }: TreeInput<ModelRef>): ModelSource {
  const { id, digest, weights } = info;
  return { id, digest, ...(weights === undefined ? {} : { path: `${path}/${weights}` }) };
}
