import { FilesystemArtifactStore } from '../filesystem/index.ts';
import type { MarkedPlace } from '../workspace-mark.ts';
import { S3ArtifactStore } from './artifact-store.ts';
import { Bucket, type BucketOptions } from './bucket.ts';
import { LocalCopies } from './local-copies.ts';
import type { S3Settings } from './settings.ts';

/** Milliseconds: runs are compared with when a copy was last read, so that none loses what it reads. */
const touchCopiesEvery = 60_000;

/** Opens artifacts in S3, with their copies in `folder`. Asks nothing of the service yet. */
export async function openS3Artifacts(
  folder: string,
  settings: S3Settings,
  options: BucketOptions,
) {
  const local = await FilesystemArtifactStore.open(folder, { touchEvery: touchCopiesEvery });
  const bucket = new Bucket(settings, options);
  return {
    artifacts: new S3ArtifactStore(bucket, local),
    copies: new LocalCopies(local, settings.copies),
    mark: markOf(bucket),
    close: () => {
      bucket.close();
    },
  };
}

function markOf(bucket: Bucket): MarkedPlace {
  const key = 'workspace';
  const objectOf = (text: string) => {
    const bytes = Buffer.from(text);
    return { size: bytes.length, bytes: () => once(bytes) };
  };
  return {
    shown: bucket.shown,
    remedy: 'Give this one a prefix of its own in GRAFT_ARTIFACTS.',
    read: () => bucket.text(key),
    create: (text) => bucket.create(key, objectOf(text)),
    replace: (text) => bucket.replace(key, objectOf(text)),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
