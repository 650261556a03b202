import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileServer } from '../testing/file-server.ts';
import { createCatalogue } from './catalogue.ts';
import { builtInEntries } from './entries.ts';

it('a branch of the hub that has moved on is refused by the digest of the catalogue', async () => {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'graft-branch-'));
  const wanted = randomBytes(1000);
  const digest = createHash('sha256').update(wanted).digest('hex');
  await using hub = await FileServer.start({ '/o/r/resolve/main/a.onnx': randomBytes(1000) });
  const [known] = builtInEntries;
  if (known === undefined) throw new Error('no entries');
  const file = { path: 'a.onnx', digest, size: 1000, sources: ['hf:o/r@main/a.onnx'] };
  const entries = [{ ...known, id: 'm', files: [file] }];
  const catalogue = createCatalogue({ modelsFolder, entries, hubEndpoint: hub.url });
  const refusal: unknown = await catalogue.fetch('m').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'bad-model' });
  expect(String(refusal)).toContain('hf:o/r@main/a.onnx: it holds other bytes (sha256');
  expect(String(refusal)).toContain(`Graft accepts only the file with sha256 ${digest}`);
  expect(await readdir(join(modelsFolder, 'models')).catch(() => [])).toEqual([]);
  await rm(modelsFolder, { recursive: true });
});
