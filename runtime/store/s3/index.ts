import { join } from 'node:path';
import type { ArtifactStore } from '@graft/graph';
import { FilesystemItemStore, openFilesystemStores } from '../filesystem/index.ts';
import type { MarkedPlace } from '../workspace-mark.ts';
import type { BucketOptions } from './bucket.ts';
import type { LocalCopies } from './local-copies.ts';
import type { S3Settings } from './settings.ts';

export type { LocalCopies } from './local-copies.ts';
export { readS3Settings, s3SettingsSchema, shownPlace, type S3Settings } from './settings.ts';

/** Stores of results: artifacts in the state folder or in S3; items always in the state folder. */
export interface ArtifactStores {
  readonly artifacts: ArtifactStore;
  readonly items: FilesystemItemStore;
  /** Of artifacts in S3: those that the state folder also holds. */
  readonly copies?: LocalCopies;
  /** A bucket's prefix, which says to which workspace it belongs. */
  readonly mark?: MarkedPlace;
  close(): void;
}

/**
 * Opens the stores of a state folder; with `settings`, artifacts are in S3. If the service has answered before, requests
 * wait for it while it is away. Importing this loads no client of S3.
 */
export async function openArtifactStores(
  stateFolder: string,
  settings?: S3Settings,
  options: BucketOptions = {},
): Promise<ArtifactStores> {
  if (settings === undefined) {
    return { ...(await openFilesystemStores(stateFolder)), close: () => undefined };
  }
  const [{ openS3Artifacts }, items] = await Promise.all([
    // The client takes time to load, and most people have no S3.
    import('./open-s3.ts'),
    FilesystemItemStore.open(join(stateFolder, 'items')),
  ]);
  const folder = join(stateFolder, 'artifacts');
  return { ...(await openS3Artifacts(folder, settings, options)), items };
}

/** Throws, with what to do, where the bucket is not to be reached, missing or refused. */
export async function reachS3(settings: S3Settings): Promise<void> {
  const { Bucket } = await import('./bucket.ts');
  const bucket = new Bucket(settings);
  try {
    await bucket.reach();
  } finally {
    bucket.close();
  }
}
