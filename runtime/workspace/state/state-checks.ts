import type { DoctorCheck } from '@graft/backends/probe';
import { GraphError } from '@graft/graph';
import { reachPostgres } from '@graft/store/database';
import { reachS3, readS3Settings, shownPlace } from '@graft/store/s3';

/**
 * Whether the database and the bucket that hold the state are named well and can be reached; nothing is changed there.
 * `artifacts`: variables, as `readS3Settings` takes them.
 */
export async function stateChecks({
  database,
  artifacts: variables,
}: {
  readonly database: string | undefined;
  readonly artifacts: Parameters<typeof readS3Settings>[0] | undefined;
}): Promise<readonly DoctorCheck[]> {
  return Promise.all([
    checked({ id: 'database', title: 'Database of runs' }, async () => {
      if (database === undefined) return 'a file in the state folder';
      const { shown, version } = await reachPostgres(database);
      return `${shown}, Postgres ${version}`;
    }),
    checked({ id: 'artifacts', title: 'Artifacts' }, async () => {
      const artifacts = readS3Settings(variables ?? {});
      if (artifacts === undefined) return 'files in the state folder';
      await reachS3(artifacts);
      const most = `${(artifacts.copies / 1e9).toFixed(1)} GB`;
      return `${shownPlace(artifacts)}, copies of at most ${most} in the state folder`;
    }),
  ]);
}

async function checked(
  about: Pick<DoctorCheck, 'id' | 'title'>,
  look: () => Promise<string>,
): Promise<DoctorCheck> {
  try {
    return { ...about, required: true, status: 'ok', detail: await look() };
  } catch (error) {
    // The message ends with what to do.
    const { message } = GraphError.from(error);
    return { ...about, required: true, status: 'broken', detail: message.replace(/\.$/, '') };
  }
}
