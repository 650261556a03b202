import { GraphError, isInnerPath } from '@graft/graph';
import { readFile, stat } from 'node:fs/promises';
import pathModule from 'node:path';
import type { WeightEncoding } from '../ir/executor.ts';
import { truncated } from './file-range.ts';
import { packedIntegers, protobufFields } from './protobuf-reader.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';

/**
 * The parts of an ONNX model (onnx.proto) that are read: its frozen tensors, inside or outside the file, and its nodes.
 */
export interface OnnxFile {
  readonly path: string;
  /** This file, and those with its external tensors. */
  readonly files: readonly string[];
  readonly tensors: TensorEntries;
  readonly nodes: readonly OnnxNode[];
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  /** Integer attributes. */
  readonly integers: ReadonlyMap<string, number>;
}

/** TensorProto.DataType. */
const types: ReadonlyMap<number, { name: string; encoding?: WeightEncoding }> = new Map([
  [1, { name: 'FLOAT', encoding: 'f32' }],
  [2, { name: 'UINT8' }],
  [7, { name: 'INT64' }],
  [10, { name: 'FLOAT16', encoding: 'f16' }],
  [16, { name: 'BFLOAT16', encoding: 'bf16' }],
]);

/**
 * Reads a model's tensors and nodes. Throws `missing-file`, `damaged-file`, and `unsafe-path` for tensors in a file
 * outside the model's folder.
 */
export async function readOnnxFile(path: string): Promise<OnnxFile> {
  const model = await readFile(path).catch((cause: unknown) => {
    throw new GraphError('missing-file', `Graft cannot open ${path}; check that it exists`, {
      location: { file: path },
      cause,
    });
  });
  const tensors: TensorEntry[] = [];
  const nodes: OnnxNode[] = [];
  try {
    for (const graph of payloads(model, 7)) {
      for (const { number, bytes } of protobufFields(graph)) {
        if (number === 1) nodes.push(nodeOf(bytes));
        else if (number === 5) tensors.push(tensorOf(bytes, { path, model }));
      }
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new GraphError(
      'damaged-file',
      `${path} is not a complete ONNX model (${cause.message}); fetch it again`,
      { location: { file: path }, cause },
    );
  }
  const files = [...new Set([path, ...tensors.map((tensor) => tensor.path)])];
  for (const file of files.slice(1)) await checkExtents(file, tensors);
  return { path, files, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), nodes };
}

async function checkExtents(file: string, tensors: readonly TensorEntry[]): Promise<void> {
  const info = await stat(file).catch((cause: unknown) => {
    throw new GraphError('missing-file', `Graft cannot open ${file}; check that it exists`, {
      location: { file },
      cause,
    });
  });
  for (const { name, path, offset, bytes } of tensors) {
    const end = offset + bytes;
    if (path === file && end > info.size) {
      throw truncated({ path: file, size: info.size }, { what: `tensor "${name}"`, end });
    }
  }
}

function nodeOf(node: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const integers = new Map<string, number>();
  let type = '';
  for (const { number, bytes } of protobufFields(node)) {
    if (number === 1) inputs.push(text(bytes));
    else if (number === 4) type = text(bytes);
    else if (number === 5) {
      let name = '';
      for (const part of protobufFields(bytes)) {
        if (part.number === 1) name = text(part.bytes);
        else if (part.number === 3) integers.set(name, part.integer);
      }
    }
  }
  return { type, inputs, integers };
}

function tensorOf(
  tensor: Uint8Array,
  file: { readonly path: string; readonly model: Uint8Array },
): TensorEntry {
  const shape: number[] = [];
  const outside = new Map<string, string>();
  let [name, dataType] = ['', 0];
  // Small constants have neither raw bytes nor another file: their numbers are in typed fields.
  let inside = tensor.subarray(0, 0);
  for (const { number, integer, bytes } of protobufFields(tensor)) {
    if (number === 1) shape.push(...(bytes.length > 0 ? packedIntegers(bytes) : [integer]));
    else if (number === 2) dataType = integer;
    else if (number === 8) name = text(bytes);
    else if (number === 9) inside = bytes;
    else if (number === 13) {
      const entry = new Map(
        [...protobufFields(bytes)].map((part) => [part.number, text(part.bytes)]),
      );
      outside.set(entry.get(1) ?? '', entry.get(2) ?? '');
    }
  }
  const { name: typeName, encoding } = types.get(dataType) ?? { name: `type ${String(dataType)}` };
  const location = outside.get('location');
  const place =
    location === undefined
      ? {
          path: file.path,
          offset: inside.byteOffset - file.model.byteOffset,
          bytes: inside.length,
        }
      : {
          path: besideModel(file.path, location),
          offset: wholeNumber(outside.get('offset')),
          bytes: wholeNumber(outside.get('length')),
        };
  return { name, shape, typeName, encoding, ...place };
}

function wholeNumber(digits = '0'): number {
  const value = Number(digits);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${digits} is no place`);
  return value;
}

function besideModel(model: string, location: string): string {
  if (isInnerPath(location)) return pathModule.join(pathModule.dirname(model), location);
  throw new GraphError(
    'unsafe-path',
    `${model} keeps tensors in ${JSON.stringify(location.slice(0, 200))}, which is not inside its folder. Do not use the model.`,
    { location: { file: model } },
  );
}

function* payloads(message: Uint8Array, wanted: number): Iterable<Uint8Array> {
  for (const { number, bytes } of protobufFields(message)) if (number === wanted) yield bytes;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
