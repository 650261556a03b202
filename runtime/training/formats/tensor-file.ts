import { GraphError } from '@graft/graph';
import type { WeightEncoding, WeightSource } from '../ir/executor.ts';
import type { Shape } from '../ir/shape.ts';
import { encodedBytes, readableTypes, unitOf } from './encoding.ts';

/** A tensor of a model file: the location of its bytes. */
export interface TensorEntry {
  readonly name: string;
  /** Outermost axis first, whatever the file's order. */
  readonly shape: Shape;
  /** The file's name of its type, for messages. */
  readonly typeName: string;
  /** Undefined for unreadable types. */
  readonly encoding: WeightEncoding | undefined;
  readonly path: string;
  /** In bytes from the file's start. */
  readonly offset: number;
  readonly bytes: number;
}

export type TensorEntries = ReadonlyMap<string, TensorEntry>;

/** The entry as a source of frozen weights; throws `bad-model` for an unreadable type. */
export function sourceOf(entry: TensorEntry): Extract<WeightSource, { kind: 'file' }> {
  const { encoding, path, offset } = entry;
  if (encoding === undefined) {
    throw new GraphError(
      'bad-model',
      `tensor "${entry.name}" of ${path} is ${entry.typeName}, which Graft cannot read; choose a file of the model in ${readableTypes.join(', ')}`,
      { location: { file: path } },
    );
  }
  const elements = entry.shape.reduce((product, axis) => product * axis, 1);
  if ((entry.shape.at(-1) ?? 1) % unitOf(encoding).elements !== 0) {
    throw new GraphError(
      'bad-model',
      `rows of "${entry.name}" in ${path} are ${entry.shape.at(-1) ?? 1} long, not whole ${entry.typeName} blocks`,
      { location: { file: path } },
    );
  }
  return { kind: 'file', path, offset, bytes: encodedBytes(encoding, elements), encoding };
}
