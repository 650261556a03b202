import { createServer } from 'node:http';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  it,
  onTestFinished,
  type TestContext,
} from 'vitest';
import {
  gatewaySecret,
  startS3Gateway,
  type S3Gateway,
} from '../../backends/testing/s3-gateway.ts';
import { all, artifactStoreContract, bytesOf, noise, sha256 } from '../testing/contract/index.ts';
import { temporaryFolder } from '../testing/contract/temporary.ts';
import { WorkspaceIdentity } from '../workspace-mark.ts';
import { openArtifactStores, readS3Settings, reachS3, type S3Settings } from './index.ts';

const gateway = await startS3Gateway();
afterAll(() => (gateway.missing === undefined ? gateway[Symbol.asyncDispose]() : undefined));

const there = ({ skip }: TestContext): S3Gateway =>
  gateway.missing === undefined ? gateway : skip(gateway.missing);

let prefixes = 0;
const nextPrefix = (): string => `p${String((prefixes += 1))}/deep`;

function settingsOf({ variables }: S3Gateway, prefix: string, other = {}): S3Settings {
  const settings = readS3Settings({ ...variables(prefix), ...other });
  if (settings === undefined) throw new Error('no place');
  return settings;
}

/** A machine's view of a prefix: with a folder of copies of its own. */
async function opened(at: S3Gateway, prefix: string, other = {}) {
  const folder = await temporaryFolder();
  const stores = await openArtifactStores(folder, settingsOf(at, prefix, other));
  onTestFinished(() => {
    stores.close();
  });
  return { ...stores, folder, store: stores.artifacts };
}

const objectOf = (at: S3Gateway, prefix: string, digest: string): string =>
  join(at.folder, prefix, 'sha256', digest.slice(0, 2), digest);

describe.skipIf(gateway.missing !== undefined)('S3', () => {
  artifactStoreContract('S3ArtifactStore', async () => {
    if (gateway.missing !== undefined) throw new Error(gateway.missing);
    const prefix = nextPrefix();
    const { store, folder } = await opened(gateway, prefix);
    return {
      store,
      // As another machine sees it: without a copy.
      damage: async (digest) => {
        const path = objectOf(gateway, prefix, digest);
        await writeFile(path, Buffer.concat([await readFile(path), Buffer.from('x')]));
        await rm(join(folder, 'artifacts/sha256', digest.slice(0, 2), digest));
        await rm(join(folder, 'artifacts/trees'), { recursive: true, force: true });
      },
    };
  });
});
