import { GraphError, type ArtifactRef, type PortType } from '@graft/graph';

/**
 * Makes rows of an artifact what their type is now: those of an older version are migrated, and every one is checked,
 * for its digest only vouches for what an earlier Graft took for right. Throws `newer-format` for rows of a newer one,
 * and gives a function that throws `store-damaged` for a row that does not fit.
 */
export function rowReader(ref: ArtifactRef, type: PortType): (row: unknown) => unknown {
  const written = ref.schema ?? 1;
  if (written > type.version) {
    throw new GraphError(
      'newer-format',
      `A newer Graft wrote these ${type.id}: their rows have version ${String(written)}; this Graft reads up to version ${String(type.version)}. Update Graft.`,
    );
  }
  const migrations = type.migrations.filter(({ from }) => from >= written);
  let at = 0;
  return (row) => {
    at += 1;
    const current = migrations.reduce((value, migration) => migration.row(value), row);
    const { success, data, error } = type.schema.safeParse(current);
    if (success) return data;
    const issue = error.issues[0];
    throw new GraphError(
      'store-damaged',
      `Row ${String(at)} of the stored ${type.id} is invalid (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}). Run the step again.`,
      { audience: 'operator' },
    );
  };
}
