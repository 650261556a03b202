import { GraphError } from '@graft/graph';
import type { BlockEncoding } from '../formats/blocks.ts';
import type { Program } from './program.ts';
import { sizeOf } from './shape.ts';

export type TensorData = Float32Array | Int32Array;
export type Feeds = Readonly<Record<string, TensorData>>;
export type Results = Readonly<Record<string, Float32Array>>;

/** Location of a frozen tensor's bytes. */
export type WeightSource =
  | { readonly kind: 'memory'; readonly data: Float32Array }
  /** Inside a user's file, row-major, little-endian; read or mapped in place. */
  | {
      readonly kind: 'file';
      readonly path: string;
      /** In bytes from the file's start; any value. */
      readonly offset: number;
      readonly bytes: number;
      readonly encoding: WeightEncoding;
    };

/** The GGUF names in lower case; the quantised ones use blocks along the last axis. */
export type WeightEncoding = 'f32' | 'f16' | 'bf16' | BlockEncoding;

export type WeightLookup = (name: string) => WeightSource | undefined;

/** A compiled program. Not reentrant: one run at a time. */
export interface Executable extends AsyncDisposable {
  /** Feeds every input of the program; returns every output as f32 (conditions as 0 and 1). */
  run(feeds: Feeds): Promise<Results>;
}

/** Runs programs. Implementations pass one contract suite, `testing/executor-contract.ts`. */
export interface Executor {
  readonly name: string;
  compile(program: Program, weights?: WeightLookup): Promise<Executable>;
}

/** Throws if an input is missing, or has the wrong type or number of elements. */
export function checkFeeds(program: Program, feeds: Feeds): void {
  for (const [name, value] of program.inputs) {
    const data = feeds[name];
    const expected = value.dtype === 'f32' ? Float32Array : Int32Array;
    if (!(data instanceof expected) || data.length !== sizeOf(value.shape)) {
      const given = data === undefined ? 'nothing' : `${data.length} of ${data.constructor.name}`;
      throw new GraphError(
        'internal',
        `input "${name}" takes ${sizeOf(value.shape)} of ${expected.name} for [${value.shape.join(', ')}], got ${given}`,
        { audience: 'developer' },
      );
    }
  }
}

/** The source of a weight, or a GraphError that names it. */
export function requireWeight(weights: WeightLookup | undefined, name: string): WeightSource {
  const source = weights?.(name);
  if (source === undefined) {
    throw new GraphError('bad-model', `the model has no tensor "${name}", which the program needs`);
  }
  return source;
}
