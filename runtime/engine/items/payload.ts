import { GraphError } from '@graft/graph';

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
