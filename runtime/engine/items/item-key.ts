import { createHash } from 'node:crypto';
import type { ResolvedFile } from '@graft/graph';

/**
 * Canonical encodings hashed into keys: every value carries its type and its length, so that no two values
 * meet (`1` and `"1"`, `["ab"]` and `["a", "b"]`).
 */
function encode(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `s${String(value.length)}:${value}`;
    case 'number':
      return `n${String(value)};`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'object':
      return value === null ? 'z' : encodeObject(value);
    default:
      return 'u';
  }
}

function encodeObject(value: object): string {
  if (Array.isArray(value)) return `a${String(value.length)}[${value.map(encode).join('')}`;
  if (value instanceof Float32Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return `v${String(value.length)}:${bytes.toString('base64')}`;
  }
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = entries.map(([name, field]) => encode(name) + encode(field));
  return `o${String(entries.length)}{${fields.join('')}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Makes the key of a row: the family and the fields that the result depends on (all, without `paths`). */
export function rowKeyer(
  family: string,
  paths: readonly string[] | undefined,
): (row: unknown) => string {
  if (paths === undefined) return (row) => sha256(family + encode(row));
  const fields = paths.map((path) => ({ name: encode(path), steps: path.split('.') }));
  return (row) => {
    let text = family;
    for (const { name, steps } of fields) text += name + encode(steps.reduce(fieldOf, row));
    return sha256(text);
  };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The key of a file: its path, which documents are named by, and its bytes. */
export function fileKeyer(family: string): (file: ResolvedFile) => string {
  return ({ path, digest }) => sha256(family + encode(path) + encode(digest));
}
