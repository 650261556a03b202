import type { Value } from '../ir/op.ts';
import type { Shape } from '../ir/shape.ts';
import type { Constants } from './constants.ts';
import type { Attribute, OnnxModel } from './model.ts';

/** onnxruntime's execution providers that this package supports. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

/** Adds nodes to an ONNX model; tensors are identified by name. */
export interface Emitter {
  readonly device: Provider;
  readonly model: OnnxModel;
  readonly constants: Constants;
  /** The name of a value, as f32. Throws `internal` for undefined. */
  name(value: Value | undefined): string;
  /** Adds a node and returns its fresh output name. */
  node(
    type: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ): string;
  reshaped(tensor: string, shape: Shape): string;
}
