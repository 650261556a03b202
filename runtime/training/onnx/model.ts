import { ProtobufWriter } from './protobuf.ts';
import type { Shape } from '../ir/shape.ts';

/** ONNX's tensor element types (TensorProto.DataType) that this package writes. */
const elementTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;
export type ElementType = keyof typeof elementTypes;

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Outputs after the first. */
  readonly others?: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** onnxruntime's own operator, not ONNX's. */
  readonly contributed?: boolean;
}

export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** Shape of an input or output; a named axis may have any size. */
interface ValueInfo extends Omit<TensorInfo, 'shape'> {
  readonly shape: readonly (number | string)[];
}

export interface ExternalBytes {
  /** Path for the session: relative to the model's folder. */
  readonly location: string;
  readonly offset: number;
  readonly bytes: number;
}

const contributedDomain = 'com.microsoft';

/** An ONNX model in progress: nodes of the standard operator set, version 21, and of onnxruntime's own. */
export class OnnxModel {
  readonly #graph = new ProtobufWriter().string(2, 'program');

  add(node: Node): void {
    const message = new ProtobufWriter();
    for (const input of node.inputs) message.string(1, input);
    for (const output of [node.output, ...(node.others ?? [])]) message.string(2, output);
    message.string(3, node.output).string(4, node.type);
    for (const [name, value] of Object.entries(node.attributes ?? {})) {
      message.message(5, attribute(name, value));
    }
    if (node.contributed === true) message.string(7, contributedDomain);
    this.#graph.message(1, message);
  }

  initializer(info: TensorInfo, data: Uint8Array | ExternalBytes): void {
    const tensor = new ProtobufWriter();
    for (const axis of info.shape) tensor.integer(1, axis);
    tensor.integer(2, elementTypes[info.type]).string(8, info.name);
    if (data instanceof Uint8Array) {
      tensor.bytes(9, data);
    } else {
      tensor.message(13, entry('location', data.location));
      tensor.message(13, entry('offset', String(data.offset)));
      tensor.message(13, entry('length', String(data.bytes)));
      tensor.integer(14, 1);
    }
    this.#graph.message(5, tensor);
  }

  input(info: ValueInfo): void {
    this.#graph.message(11, valueInfo(info));
  }

  output(info: ValueInfo): void {
    this.#graph.message(12, valueInfo(info));
  }

  finish(): Uint8Array {
    return new ProtobufWriter()
      .integer(1, 10) // IR version 10 goes with operator set 21
      .string(2, 'graft')
      .message(7, this.#graph)
      .message(8, new ProtobufWriter().string(1, '').integer(2, 21))
      .message(8, new ProtobufWriter().string(1, contributedDomain).integer(2, 1))
      .finish();
  }
}

function entry(key: string, value: string): ProtobufWriter {
  return new ProtobufWriter().string(1, key).string(2, value);
}

function attribute(name: string, value: Attribute): ProtobufWriter {
  const message = new ProtobufWriter().string(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return message.string(4, value).integer(20, 3);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  return message.integers(8, value).integer(20, 7);
}

function valueInfo(info: ValueInfo): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const axis of info.shape) {
    const dimension = new ProtobufWriter();
    shape.message(
      1,
      typeof axis === 'number' ? dimension.integer(1, axis) : dimension.string(2, axis),
    );
  }
  const tensor = new ProtobufWriter().integer(1, elementTypes[info.type]).message(2, shape);
  return new ProtobufWriter()
    .string(1, info.name)
    .message(2, new ProtobufWriter().message(1, tensor));
}

export function bytesOf(data: Float32Array | Int32Array | Int8Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
