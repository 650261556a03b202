import { hash as digest } from 'node:crypto';
import { canonicalAfter, type SourceFile } from '@graft/graph';

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
