import { hash as digest } from 'node:crypto';
import { canonicalAfter, type SourceFile, GraphError } from '@graft/graph';

/** The sha256 of the text of a family and the canonical bytes of a value. */
function hash(family: string, value: unknown): string {
  return digest('sha256', canonicalAfter(family, value), 'hex');
}

/** Keys rows by the family and the fields that the result depends on; by all fields without `paths`. */
export function rowKeyer(
  family: string,
  paths: readonly string[] | undefined,
): (row: unknown) => string {
  if (paths === undefined) return (row) => hash(family, row);
  const fields = paths.map((path) => ({ path, steps: path.split('.') }));
  return (row) =>
    hash(
      family,
      Object.fromEntries(fields.map(({ path, steps }) => [path, steps.reduce(fieldOf, row)])),
    );
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** Keys files by their path, which names documents, and their bytes. */
export function fileKeyer(family: string): (file: Pick<SourceFile, 'path' | 'digest'>) => string {
  return ({ path, digest }) => hash(family, [path, digest]);
}

/** The first bytes of a stored payload: four, so that the floats after them stay aligned. */
const json = Buffer.from('JSON');
const floats = Buffer.from('F32 ');

/** One item's result as bytes: plain JSON, or the floats of a Float32Array. */
export function encodePayload(payload: unknown): Uint8Array {
  if (payload instanceof Float32Array) {
    return Buffer.concat([
      floats,
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
    ]);
  }
  const text: unknown = JSON.stringify(payload);
  if (typeof text !== 'string') {
    throw new GraphError('internal', 'The result of an item is neither JSON nor a Float32Array.', {
      audience: 'developer',
    });
  }
  return Buffer.concat([json, Buffer.from(text)]);
}

/** The payload of stored bytes. */
export function decodePayload(bytes: Uint8Array): unknown {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = block.subarray(0, 4);
  if (tag.equals(json)) return JSON.parse(block.toString('utf8', 4));
  if (!tag.equals(floats) || block.length % 4 !== 0) {
    throw new GraphError('store-damaged', 'A stored item is neither JSON nor floats.', {
      audience: 'operator',
    });
  }
  // Copied, so that a vector does not keep the whole block in memory.
  return new Float32Array(new Uint8Array(block.subarray(4)).buffer);
}
