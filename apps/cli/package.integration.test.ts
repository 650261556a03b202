import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const file = 'rag-quickstart.graft.json';
/** No source of models answers. */
const offline = {
  HF_ENDPOINT: 'http://127.0.0.1:9',
  npm_config_registry: 'http://127.0.0.1:9',
  PIP_INDEX_URL: 'http://127.0.0.1:9',
};

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// What a package brings is used in package.soak.test.ts, and in runtime/workspace/package.
it('says what is missing, and each way to get it', async () => {
  const anna = path.join(folder, 'anna');
  await cp(examples, anna, { recursive: true, filter: (from) => path.basename(from) !== '.graft' });
  const archive = path.join(folder, 'graph-only.graft.zip');
  expect(await graft(['pack', file, '--out', archive], { cwd: anna })).toMatchObject({ code: 0 });
  const cara = path.join(folder, 'cara');
  await mkdir(cara);
  const env = { ...offline, GRAFT_MODELS: path.join(folder, 'models-of-cara') };
  const unpacked = await graft(['unpack', archive], { cwd: cara, env });
  expect(unpacked.code).toBe(0);
  expect(unpacked.stdout).toMatch(/the model "all-MiniLM-L6-v2" \(55\.0 MB\) is neither here/);
  expect(unpacked.stdout).toContain('graft models import PATH');
  expect(unpacked.stderr).toMatch(/node "files", param "paths"/);
  expect(unpacked.stderr).toContain('--data');
});
